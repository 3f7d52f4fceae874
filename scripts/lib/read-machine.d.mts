/** The machines a shared library was built for, in Node's words (`x64`, `arm64`): one for ELF, several for a universal Mach-O. */
export declare function readMachine(library: Buffer): string[];

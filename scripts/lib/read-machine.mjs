/** Reads from a shared library's header which machine it was built for, so that a wrong one is named before the linker or dlopen fails. */

/** ELF e_machine values. @type {Record<number, string>} */
const ELF_MACHINES = { 3: 'ia32', 40: 'arm', 62: 'x64', 183: 'arm64', 243: 'riscv64' };
/** Mach-O cputype values. @type {Record<number, string>} */
const MACH_MACHINES = { 0x01000007: 'x64', 0x0100000c: 'arm64' };

/** @param {Buffer} library @returns {string[]} */
export function readMachine(library) {
  if (library.length < 20) return [];
  const magic = library.readUInt32BE(0);
  if (magic === 0x7f454c46) return [ELF_MACHINES[library.readUInt16LE(18)] ?? 'unknown machine'];
  if (magic === 0xcffaedfe) return [MACH_MACHINES[library.readUInt32LE(4)] ?? 'unknown machine'];
  if (magic === 0xcafebabe) {
    // A universal file: a count, then one record of 20 bytes for each machine, big-endian.
    const count = Math.min(library.readUInt32BE(4), Math.floor((library.length - 8) / 20));
    return Array.from({ length: count }, (_, index) => MACH_MACHINES[library.readUInt32BE(8 + 20 * index)] ?? 'unknown machine');
  }
  return [];
}

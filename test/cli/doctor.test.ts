/** What `doctor` prints for people, on a description made by hand; the real one is tested with the loader. */
import { describe, expect, it } from 'vitest';
import { renderDescription } from '../../src/cli/commands/doctor.js';
import type { RuntimeDescription } from '../../src/native/runtime.js';

const libtorch = { dir: '/lt', include: '/lt/include', lib: '/lt/lib', version: '2.13.0+cpu', cuda: false, abi: 'cxx11' } as const;
const description: RuntimeDescription = {
  node: '20.20.2',
  platform: 'linux x64',
  addon: '/repo/build/Release/bornagain.node',
  libtorch,
  places: [
    { source: 'LIBTORCH', path: null, seen: 'not set', problem: null, libtorch: null },
    { source: 'cache', path: '/lt', seen: 'LibTorch 2.13.0+cpu, CPU build, x64', problem: null, libtorch },
  ],
  devices: ['cpu', 'cuda:0'],
  flashRefusals: [null],
  precision: { float32: true, bfloat16Hardware: false },
  openmp: ['/lt/lib/libgomp.so.1'],
  runtime: {
    compiledVersion: '2.13.0',
    runtimeVersion: '2.13.0+cpu',
    cudaDevices: 1,
    cudaGraphs: false,
    cpuCapability: 'AVX2',
    bf16Hardware: false,
    instructionSet: 'portable',
    cpuChoice: { engine: 'fused', precision: 'fp32', products: 'libtorch' },
    threads: 2,
    parallelInfo: '',
  },
  coreQuota: null,
};

describe('renderDescription', () => {
  it('has LibTorch with its place, devices, CPU, precision, threads and the whole search order', () => {
    const text = renderDescription(description);
    expect(text.split('\n').slice(0, 10)).toEqual([
      'node       20.20.2, linux x64',
      'LibTorch   2.13.0+cpu, compiled against 2.13.0, CPU build, cxx11 ABI',
      'found in   /lt',
      'addon      /repo/build/Release/bornagain.node',
      'devices    cpu, cuda:0',
      'CPU        AVX2',
      'precision  float32; bfloat16 only emulated by this CPU',
      "auto       fused engine, fp32, LibTorch's matrix products, kernels for portable",
      'CUDA       not in this LibTorch; the flash engine needs its CUDA build',
      'threads    2',
    ]);
    expect(text).toMatch(/Search order for LibTorch:\n.*LIBTORCH.*not set[^]*\/lt.*2\.13\.0\+cpu/);
    expect(text).not.toContain('warning');
  });

  it('says where a quota of CPU time leaves fewer threads', () => {
    const line = (coreQuota: number) => /^threads +(.*)$/m.exec(renderDescription({ ...description, coreQuota }))?.[1];
    expect([line(1), line(2)]).toEqual(["1, the quota of CPU time here; LibTorch's own number is 2", '2']);
  });

  it("says which of CUDA's parts are in, and what a missing one needs", () => {
    const line = (flashRefusals: (string | null)[], cudaGraphs: boolean) => {
      const runtime = { ...description.runtime, cudaGraphs };
      return /^CUDA +(.*)$/m.exec(
        renderDescription({ ...description, libtorch: { ...libtorch, cuda: true }, flashRefusals, runtime }),
      )?.[1];
    };
    expect(line([null], false)).toBe("cuda:0 flash engine; CUDA graphs: not built, needs the CUDA runtime's headers");
    expect(line([], true)).toBe('no device; CUDA graphs: in');
    expect(line([null, 'needs sm80'], true)).toBe('cuda:0 flash engine; cuda:1 plain engine (needs sm80); CUDA graphs: in');
  });

  it('warns of two OpenMP libraries in one process', () => {
    const text = renderDescription({ ...description, openmp: ['/lt/lib/libgomp.so.1', '/usr/lib/libiomp5.so'] });
    expect(text).toContain('warning: 2 OpenMP libraries are loaded (/lt/lib/libgomp.so.1, /usr/lib/libiomp5.so)');
  });
});

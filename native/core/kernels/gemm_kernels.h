// What gemm.cc asks of an instruction set. A "word" is what a product multiplies at once along its depth: one float, or two bf16. Left
// operands are rows, or panels of `tileRows` rows in the kernel's own order; right operands are panels of kPanel columns [words, kPanel].
#pragma once

#include "core/kernels/elementwise.h"
#include "core/kernels/gemm.h"

namespace bornagain {

template <typename Real>
constexpr int64_t kWordElements = static_cast<int64_t>(sizeof(uint32_t) / sizeof(Real));

template <typename Real>
constexpr int64_t wordsOf(int64_t elements) {
  return (elements + kWordElements<Real> - 1) / kWordElements<Real>;
}

template <typename Real>
struct GemmOperands {
  int64_t rows;         // M
  int64_t words;        // depth
  const Real* left;     // each row is a whole number of words
  int64_t leftLd;       // elements from row to row; 0: panels
  const Real* right;    // the first panel
  int64_t rightLd;      // elements from panel to panel
  int64_t partPanels;   // panels of one part
  int64_t partColumns;  // columns of one part
  int64_t chunk;        // words multiplied at once
  Epilogue<Real> epilogue;
};

// Tiles of `tileRows` rows and panels of one task.
struct GemmRange {
  int64_t tileBegin;
  int64_t tileEnd;
  int64_t panelBegin;
  int64_t panelEnd;
};

// A piece of rows [., ld] to pack: rows [rowBegin, rowEnd) of the columns [columnBegin, columnEnd). rowBegin is a whole number of words,
// columnBegin of panels.
template <typename T>
struct PackSource {
  const T* data;
  int64_t ld;
  int64_t rowBegin;
  int64_t rowEnd;
  int64_t columnBegin;
  int64_t columnEnd;
};

template <typename Real>
struct GemmKernels {
  int64_t tileRows;    // rows of C computed at once
  int64_t depthGrain;  // packTiles and packPanels fill the words up to a multiple of it with zeros
  int64_t taskWork;    // multiplications of words that are worth a task of their own
  // `scratch` has a float for every element of C in the range, rounded up to whole tiles and panels; it is used where words > chunk.
  // Returns the sum of the squares of C where `squares`, else 0.
  double (*multiply)(const GemmOperands<Real>&, GemmRange, bool squares, float* scratch);
  // Rows become depth: element (t, c) goes to panel c / tileRows (or kPanel), word t / kWordElements. `panelLd`: elements from panel to
  // panel. columnSums [columnEnd - columnBegin] may be null.
  void (*packTiles)(const PackSource<Real>&, int64_t panelLd, Real* out, float* columnSums);
  void (*packPanels)(const PackSource<Real>&, int64_t panelLd, Real* out);
  void (*packPanelsF32)(const PackSource<float>&, int64_t panelLd, Real* out);
  // Columns become depth: element (n, k) goes to panel n / kPanel, word k / kWordElements. columnBegin is a multiple of kPanel.
  void (*packTransposedF32)(const PackSource<float>&, int64_t panelLd, Real* out);
};

struct GemmTables {
  GemmKernels<float> fp32;
  GemmKernels<Bf16> bf16;
};

const GemmTables& gemmTables(InstructionSet set);

}  // namespace bornagain

# native/core/kernels/isa, compiled once per instruction set; which one runs is decided by the CPU at run time. Sets kernel_libraries.
# -fno-math-errno lets square roots be vector instructions. -ffp-contract=fast is GCC's default; Clang's own fuses no product and sum that
# stand in different functions, as operators of wide vectors do (halves.h). No -ffast-math: it would change results and flush denormals in
# the whole process.
file(GLOB kernel_sources CONFIGURE_DEPENDS native/core/kernels/isa/*.cc)
set(kernel_flags_portable "")
set(kernel_flags_avx2 -mavx2 -mfma)
set(kernel_flags_avx512 ${kernel_flags_avx2} -mavx512f -mavx512bw -mavx512dq -mavx512vl -mprefer-vector-width=512)
set(kernel_flags_avx512_bf16 ${kernel_flags_avx512} -mavx512bf16)
set(kernel_flags_amx_bf16 ${kernel_flags_avx512_bf16} -mamx-tile -mamx-bf16)
set(instruction_sets portable)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
  list(APPEND instruction_sets avx2 avx512 avx512_bf16 amx_bf16)
endif()

set(kernel_libraries "")
foreach(isa IN LISTS instruction_sets)
  add_library(kernels_${isa} OBJECT ${kernel_sources})
  # Without LibTorch's headers there is nothing to save.
  set_target_properties(kernels_${isa} PROPERTIES UNITY_BUILD OFF)
  target_include_directories(kernels_${isa} PRIVATE native)
  target_compile_definitions(kernels_${isa} PRIVATE BORNAGAIN_ISA=${isa})
  target_compile_options(kernels_${isa} PRIVATE -Wall -Wextra -Wno-psabi -fno-math-errno -ffp-contract=fast ${kernel_flags_${isa}})
  list(APPEND kernel_libraries kernels_${isa})
endforeach()

# What chooses and calls them, and what the kernels' tests need of the rest.
file(GLOB kernel_callers CONFIGURE_DEPENDS native/core/kernels/*.cc)
add_library(kernels OBJECT ${kernel_callers} native/core/gemm_rate.cc native/core/dropout.cc)
target_include_directories(kernels PRIVATE native)
target_compile_options(kernels PRIVATE -Wall -Wextra)
target_link_libraries(kernels PRIVATE libtorch_headers)
# Every target with LibTorch's headers reuses it. What is used in most files, and nothing more: the templates that a precompiled header
# leaves waiting are made again in every file, which is most of what compiling a short one takes.
target_precompile_headers(kernels PRIVATE <ATen/ATen.h> <string> <vector>)
list(APPEND kernel_libraries kernels)

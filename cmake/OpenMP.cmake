# at::parallel_for is a template: it is parallel in our code only when our code is compiled with OpenMP. The runtime must be LibTorch's own,
# linked by path: `-fopenmp` at link time, or find_package(OpenMP), would bring the system's runtime into the process as a second one.

file(GLOB openmp_library ${libtorch_lib}/libgomp*.so* ${libtorch_lib}/libiomp5.so ${libtorch_lib}/libomp.dylib)
set(openmp_flags "")
if(APPLE)
  if(openmp_library AND EXISTS ${libtorch_include}/omp.h)
    set(openmp_flags -Xclang -fopenmp)
  endif()
elseif(openmp_library)
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    set(openmp_flags -fopenmp)
  elseif(openmp_library MATCHES libiomp5)
    # Clang calls the LLVM runtime, which libiomp5 is and libgomp is not.
    set(openmp_flags -fopenmp)
  endif()
elseif(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # A LibTorch that carries no runtime uses the system's, if it uses OpenMP at all.
  execute_process(COMMAND ${CMAKE_OBJDUMP} -p ${libtorch_lib}/libtorch_cpu.so OUTPUT_VARIABLE libtorch_needs ERROR_QUIET)
  if(libtorch_needs MATCHES "NEEDED +libgomp")
    set(openmp_flags -fopenmp)
    set(openmp_library -lgomp)
  endif()
endif()

if(openmp_flags)
  list(GET openmp_library 0 openmp_library)
  message(STATUS "OpenMP: ${openmp_library}")
  target_compile_options(libtorch_headers INTERFACE ${openmp_flags})
  target_link_libraries(libtorch_libraries INTERFACE ${openmp_library})
else()
  message(STATUS "OpenMP: none that ${CMAKE_CXX_COMPILER_ID} and this LibTorch share; the addon's own loops run on one thread")
endif()

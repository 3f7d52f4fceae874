# Targets libtorch_headers and libtorch_libraries. Not find_package(Torch): that one asks for a CUDA toolkit whenever LibTorch is a CUDA
# build, and its flags are not needed to call LibTorch. Sets libtorch_json and libtorch_lib.

set(finder ${CMAKE_COMMAND} -E env)
if(LIBTORCH)
  list(APPEND finder LIBTORCH=${LIBTORCH})
endif()
execute_process(
  COMMAND ${finder} ${NODE_PROGRAM} ${PROJECT_SOURCE_DIR}/scripts/find-libtorch.mjs
  OUTPUT_VARIABLE libtorch_json ERROR_VARIABLE libtorch_error RESULT_VARIABLE libtorch_status OUTPUT_STRIP_TRAILING_WHITESPACE)
if(NOT libtorch_status EQUAL 0)
  message(FATAL_ERROR "${libtorch_error}")
endif()
string(JSON libtorch_lib GET "${libtorch_json}" lib)
string(JSON libtorch_include GET "${libtorch_json}" include)
string(JSON libtorch_version GET "${libtorch_json}" version)
message(STATUS "LibTorch ${libtorch_version}: ${libtorch_lib}")

add_library(libtorch_headers INTERFACE)
target_include_directories(libtorch_headers SYSTEM INTERFACE ${libtorch_include} ${libtorch_include}/torch/csrc/api/include)

# CUDA's libraries register their kernels when loaded and nothing refers to their symbols, so the linker would drop them.
add_library(libtorch_libraries INTERFACE)
if(NOT APPLE)
  target_link_options(libtorch_libraries INTERFACE -Wl,--no-as-needed)
  # DT_RPATH comes before LD_LIBRARY_PATH: a stray LibTorch there cannot replace the one that was compiled against.
  target_link_options(libtorch_libraries INTERFACE -Wl,--disable-new-dtags)
endif()
foreach(name IN ITEMS torch torch_cpu c10 torch_cuda c10_cuda)
  set(library ${libtorch_lib}/lib${name}${CMAKE_SHARED_LIBRARY_SUFFIX})
  if(EXISTS ${library})
    target_link_libraries(libtorch_libraries INTERFACE ${library})
  endif()
endforeach()

include(cmake/OpenMP.cmake)

# The flash engine's CUDA graphs (native/core/engines/flash/graphs) need the headers of the CUDA runtime that LibTorch was built with: a
# toolkit's, or those of pip's wheels. The runtime's wheel, which pip's CUDA LibTorch depends on, lacks crt/; nvidia-cuda-crt (CUDA 12:
# nvidia-cuda-nvcc-cu12) has it. Without them the engine runs its operations one by one. Sets cuda_graphs_source; target cuda_graphs_headers.
set(CUDA_RUNTIME_INCLUDE "" CACHE STRING "Folders of cuda_runtime.h and crt/; empty: beside LibTorch, CUDA_HOME, CUDA_PATH, /usr/local/cuda")

add_library(cuda_graphs_headers INTERFACE)
set(cuda_graphs_source native/core/engines/flash/graphs/absent.cc)
string(JSON libtorch_cuda GET "${libtorch_json}" cuda)
string(JSON libtorch_dir GET "${libtorch_json}" dir)
if(NOT libtorch_cuda)
  return()
endif()

set(wheels ${libtorch_dir}/../nvidia)
set(cuda_runtime_places ${wheels}/cu13/include ${wheels}/cuda_runtime/include ${wheels}/cuda_nvcc/include)
foreach(root IN ITEMS $ENV{CUDA_HOME} $ENV{CUDA_PATH} /usr/local/cuda)
  list(APPEND cuda_runtime_places ${root}/include)
endforeach()
if(CUDA_RUNTIME_INCLUDE)
  set(cuda_runtime_places ${CUDA_RUNTIME_INCLUDE})
endif()
set(cuda_runtime_include "")
foreach(header IN ITEMS cuda_runtime_api.h crt/host_config.h)
  unset(cuda_runtime_folder CACHE)
  find_path(cuda_runtime_folder ${header} PATHS ${cuda_runtime_places} NO_DEFAULT_PATH)
  if(NOT cuda_runtime_folder)
    message(STATUS "CUDA graphs: not built, ${header} was not found")
    return()
  endif()
  list(APPEND cuda_runtime_include ${cuda_runtime_folder})
endforeach()

# "2.13.0+cu130" is CUDA 13.0, and the header says 13000.
list(GET cuda_runtime_include 0 cuda_runtime_folder)
file(STRINGS ${cuda_runtime_folder}/cuda_runtime_api.h cudart_version REGEX "^#define CUDART_VERSION +[0-9]+")
string(REGEX REPLACE ".*CUDART_VERSION +([0-9]+)[0-9][0-9][0-9].*" "\\1" cudart_major "${cudart_version}")
if(libtorch_version MATCHES "\\+cu([0-9]+)[0-9]$" AND NOT CMAKE_MATCH_1 STREQUAL cudart_major)
  message(STATUS "CUDA graphs: not built, ${cuda_runtime_folder} is of CUDA ${cudart_major}, LibTorch of CUDA ${CMAKE_MATCH_1}")
  return()
endif()

message(STATUS "CUDA graphs: built with ${cuda_runtime_folder}")
target_include_directories(cuda_graphs_headers SYSTEM INTERFACE ${cuda_runtime_include})
set(cuda_graphs_source native/core/engines/flash/graphs/recorded.cc)

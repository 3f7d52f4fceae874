# Target node_headers: Node-API's C headers and node-addon-api, from the npm packages, wherever npm put them.

function(package_include package result)
  execute_process(
    COMMAND ${NODE_PROGRAM} -p "require('${package}').include_dir"
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
    OUTPUT_VARIABLE include_dir RESULT_VARIABLE status OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "The npm package ${package} is not installed. Fix: npm ci in ${PROJECT_SOURCE_DIR}")
  endif()
  get_filename_component(include_dir "${include_dir}" ABSOLUTE BASE_DIR ${PROJECT_SOURCE_DIR})
  set(${result} ${include_dir} PARENT_SCOPE)
endfunction()

package_include(node-api-headers node_api_include)
package_include(node-addon-api node_addon_include)
add_library(node_headers INTERFACE)
target_include_directories(node_headers SYSTEM INTERFACE ${node_api_include} ${node_addon_include})

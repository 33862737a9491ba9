# Builds the program in project/ the way CASE says:
#   install            lays weir down under WORK_DIR/prefix, for the cases that follow
#   find_package, testing_component, bus_component, http_component, inspector_component,
#   json_component, tls_component,
#   websocket_component, unknown_component, pkg_config
#                      against what was installed
#   add_subdirectory   with weir's source tree as a part of the program's own
# Needs CASE, WORK_DIR, SOURCE_DIR and BUILD_DIR of weir, LIBDIR, GENERATOR, COMPILER, LAUNCHER and
# FLAGS.

set(project_dir "${CMAKE_CURRENT_LIST_DIR}/project")
set(case_dir "${WORK_DIR}/${CASE}")
set(prefix "${WORK_DIR}/prefix")
set(configure
    "${CMAKE_COMMAND}" -S "${project_dir}" -B "${case_dir}" -G "${GENERATOR}"
    "-DCMAKE_CXX_COMPILER=${COMPILER}" "-DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}"
    "-DCMAKE_CXX_FLAGS=${FLAGS}")
# An installed weir is to be enough: Boost is hidden from it, and nlohmann_json, OpenSSL and
# zlib from all that has not asked for weir::json, weir::tls, or weir::websocket and what uses it.
set(without_json -DCMAKE_DISABLE_FIND_PACKAGE_nlohmann_json=ON)
set(without_tls -DCMAKE_DISABLE_FIND_PACKAGE_OpenSSL=ON)
set(without_websocket -DCMAKE_DISABLE_FIND_PACKAGE_ZLIB=ON)
set(configure_with_all
    ${configure} "-DCMAKE_PREFIX_PATH=${prefix}" -DCMAKE_DISABLE_FIND_PACKAGE_Boost=ON)
set(configure_with_json ${configure_with_all} ${without_tls} ${without_websocket})
set(configure_with_tls ${configure_with_all} ${without_json} ${without_websocket})
set(configure_with_websocket ${configure_with_all} ${without_json} ${without_tls})
set(configure_installed ${configure_with_websocket} ${without_websocket})

# As in WeirBuild.cmake: one clone finds what another one compiled.
set(ENV{CCACHE_BASEDIR} "${SOURCE_DIR}")
set(ENV{CCACHE_NOHASHDIR} 1)

function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

function(build)
  run("${CMAKE_COMMAND}" --build "${case_dir}" --target consumer)
endfunction()

file(REMOVE_RECURSE "${case_dir}")

if(CASE STREQUAL "install")
  # Installed in one place and moved to another: the installed files may not name their prefix.
  file(REMOVE_RECURSE "${prefix}" "${prefix}.first")
  run("${CMAKE_COMMAND}" --install "${BUILD_DIR}" --prefix "${prefix}.first")
  file(RENAME "${prefix}.first" "${prefix}")

elseif(CASE STREQUAL "find_package")
  run(${configure_installed})
  build()

elseif(CASE STREQUAL "testing_component")
  run(${configure_installed} -DWEIR_COMPONENTS=testing)
  build()

elseif(CASE STREQUAL "bus_component")
  run(${configure_installed} -DWEIR_COMPONENTS=bus)
  build()
  run("${case_dir}/consumer")

elseif(CASE STREQUAL "http_component")
  run(${configure_with_websocket} -DWEIR_COMPONENTS=http)
  build()
  run("${case_dir}/consumer")

elseif(CASE STREQUAL "inspector_component")
  run(${configure_with_websocket} -DWEIR_COMPONENTS=inspector)
  build()
  run("${case_dir}/consumer")

elseif(CASE STREQUAL "json_component")
  run(${configure_with_json} -DWEIR_COMPONENTS=json)
  build()
  run("${case_dir}/consumer")

elseif(CASE STREQUAL "tls_component")
  run(${configure_with_tls} -DWEIR_COMPONENTS=tls)
  build()
  run("${case_dir}/consumer")

elseif(CASE STREQUAL "websocket_component")
  run(${configure_with_websocket} -DWEIR_COMPONENTS=websocket)
  build()
  run("${case_dir}/consumer")

elseif(CASE STREQUAL "unknown_component")
  execute_process(COMMAND ${configure_installed} -DWEIR_COMPONENTS=telepathy RESULT_VARIABLE status
                  ERROR_VARIABLE errors OUTPUT_QUIET)
  string(REGEX REPLACE "[ \n]+" " " errors "${errors}")  # CMake wraps
  if(status EQUAL 0 OR NOT errors MATCHES "weir has no component \"telepathy\"; it has: testing, bus, json, tls, websocket, http, inspector")
    message(FATAL_ERROR "expected a clear error, got status ${status} and: ${errors}")
  endif()

elseif(CASE STREQUAL "pkg_config")
  set(ENV{PKG_CONFIG_PATH} "${prefix}/${LIBDIR}/pkgconfig")
  execute_process(COMMAND pkg-config --cflags --libs weir OUTPUT_VARIABLE weir_flags
                  COMMAND_ERROR_IS_FATAL ANY)
  separate_arguments(flags UNIX_COMMAND "${FLAGS}")
  separate_arguments(weir_flags UNIX_COMMAND "${weir_flags}")
  file(MAKE_DIRECTORY "${case_dir}")
  run("${COMPILER}" -std=c++20 ${flags} "${project_dir}/main.cpp" ${weir_flags}
      -o "${case_dir}/consumer")

elseif(CASE STREQUAL "add_subdirectory")
  run(${configure} "-DWEIR_SOURCE_DIR=${SOURCE_DIR}")
  build()

else()
  message(FATAL_ERROR "no such case: ${CASE}")
endif()

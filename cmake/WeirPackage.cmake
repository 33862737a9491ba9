# What `cmake --install` lays down beside the programs: libraries, headers, the CMake package with
# its components "testing", "bus", "http", "inspector", "json", "tls" and "websocket", and weir.pc.
# Nothing in it names the prefix, so the installed tree may be moved.

include(CMakePackageConfigHelpers)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/weir")

install(TARGETS weir EXPORT weir-targets)
set(component_targets)
foreach(component testing bus json tls websocket http inspector)
  if(TARGET weir-${component})
    install(TARGETS weir-${component} EXPORT weir-${component}-targets)
    list(APPEND component_targets weir-${component}-targets)
  endif()
endforeach()
install(DIRECTORY "${PROJECT_SOURCE_DIR}/framework/include/weir"
        DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
foreach(targets weir-targets ${component_targets})
  install(EXPORT ${targets} NAMESPACE weir:: DESTINATION "${package_dir}")
endforeach()

configure_package_config_file(
  "${PROJECT_SOURCE_DIR}/cmake/weir-config.cmake.in" "${PROJECT_BINARY_DIR}/weir-config.cmake"
  INSTALL_DESTINATION "${package_dir}"
  NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/weir-config-version.cmake"
                                 COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/weir-config.cmake"
              "${PROJECT_BINARY_DIR}/weir-config-version.cmake"
        DESTINATION "${package_dir}")

# pkg-config: ${pcfiledir} is where weir.pc lies, the prefix so many folders above it.
file(RELATIVE_PATH pc_to_prefix "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig" "${CMAKE_INSTALL_PREFIX}")
string(REGEX REPLACE "/$" "" pc_to_prefix "${pc_to_prefix}")
cmake_path(APPEND pc_libdir "\${prefix}" "${CMAKE_INSTALL_LIBDIR}")
cmake_path(APPEND pc_includedir "\${prefix}" "${CMAKE_INSTALL_INCLUDEDIR}")
configure_file("${PROJECT_SOURCE_DIR}/cmake/weir.pc.in" "${PROJECT_BINARY_DIR}/weir.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/weir.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")

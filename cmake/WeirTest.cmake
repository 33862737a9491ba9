# Tests for ctest. Names begin with the folder, so that `ctest -R backend` does what it says.
#
#   weir_add_test(unit.framing.line SOURCES unit/framing/line.cpp
#                 [LIBRARIES ...] [LABELS ...] [TIMEOUT seconds] [MANY] [ONE_THREAD])
#     One Boost.Test executable; each of its test cases becomes a test of its own, e.g.
#     unit.framing.line/cuts_at_every_byte. main() comes from support/test_main.cpp, so a source
#     neither defines BOOST_TEST_MODULE nor a main. The cases are listed by the executable itself
#     after each link; when that fails the build fails, and while there is no list a failing test
#     <name>/not_built stands in for them. A case whose precondition does not hold, or that is
#     disabled, counts as skipped. MANY says that they are thousands: under a sanitizer, where a
#     process takes long to begin, all cases of an outermost suite are one test. ONE_THREAD says that neither
#     they nor what they test know of threads: the thread sanitizer's preset leaves them out.
#
#   weir_add_check(structure.layers COMMAND ... [LABELS ...] [TIMEOUT seconds])
#     Any command; it passes with exit status 0 and is skipped with 77.
#
# TIMEOUT is what the test may take in the release preset, 60 s unless told; sanitizer presets allow
# a multiple.

set(WEIR_TEST_TIMEOUT_FACTOR 1)
set(WEIR_TEST_ENVIRONMENT BOOST_TEST_COLOR_OUTPUT=no)
if(WEIR_SANITIZE)
  set(WEIR_TEST_TIMEOUT_FACTOR 4)
  list(APPEND WEIR_TEST_ENVIRONMENT
       BOOST_TEST_CATCH_SYSTEM_ERRORS=no
       ASAN_OPTIONS=detect_stack_use_after_return=1:check_initialization_order=1
       UBSAN_OPTIONS=print_stacktrace=1
       TSAN_OPTIONS=halt_on_error=1:suppressions=${PROJECT_SOURCE_DIR}/cmake/tsan.supp)
endif()

# How a test's own sources are compiled; what they test is compiled as everywhere. Half of all
# compiling is the tests, and half of that the optimiser's and the sanitizers' work on their checks.
set(WEIR_TEST_OPTIONS $<$<CONFIG:Release>:-O1>)
if(WEIR_SANITIZE)
  set(WEIR_TEST_OPTIONS -O0)
  if(WEIR_SANITIZE MATCHES "undefined")
    list(APPEND WEIR_TEST_OPTIONS
         -fno-sanitize=null,alignment,object-size,nonnull-attribute,returns-nonnull-attribute)
  endif()
endif()

# Under a sanitizer these are read once for all tests, which is a quarter of what compiling one takes.
# Not in preset release: with the optimiser, GCC warns of what it finds in precompiled code of others.
set(WEIR_TEST_PRECOMPILED "")
if(WEIR_SANITIZE)
  set(WEIR_TEST_PRECOMPILED
      <boost/test/unit_test.hpp>
      <algorithm>
      <atomic>
      <chrono>
      <filesystem>
      <fstream>
      <functional>
      <map>
      <memory>
      <mutex>
      <optional>
      <random>
      <sstream>
      <string>
      <string_view>
      <thread>
      <vector>)
endif()

function(weir_test_timeout result seconds)
  if(NOT seconds)
    set(seconds 60)
  endif()
  math(EXPR seconds "${seconds} * ${WEIR_TEST_TIMEOUT_FACTOR}")
  set(${result} ${seconds} PARENT_SCOPE)
endfunction()

function(weir_add_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "MANY;ONE_THREAD" "TIMEOUT" "SOURCES;LIBRARIES;LABELS")
  if(NOT arg_SOURCES OR arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "weir_add_test(${name}): expected SOURCES ... [LIBRARIES ...] "
                        "[LABELS ...] [TIMEOUT seconds], got ${ARGN}")
  endif()

  add_executable(${name} ${arg_SOURCES})
  target_compile_options(${name} PRIVATE ${WEIR_TEST_OPTIONS})
  if(WEIR_TEST_PRECOMPILED)
    target_precompile_headers(${name} REUSE_FROM weir-test-main)
  endif()
  target_link_libraries(${name} PRIVATE weir-test-main weir::testing ${arg_LIBRARIES})
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}/tests"
                                             "${PROJECT_SOURCE_DIR}/framework/src")
  set_property(TARGET ${name} PROPERTY RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin/tests")

  if(arg_ONE_THREAD AND WEIR_SANITIZE STREQUAL "thread")
    set_property(TARGET ${name} PROPERTY EXCLUDE_FROM_ALL TRUE)
    return()
  endif()

  set(cases "${CMAKE_CURRENT_BINARY_DIR}/${name}.cases.cmake")
  add_custom_command(
    TARGET ${name}
    POST_BUILD
    COMMAND "${CMAKE_COMMAND}" -E rm -f "${cases}"
    COMMAND "${CMAKE_COMMAND}" -E env ASAN_OPTIONS=detect_leaks=0 "$<TARGET_FILE:${name}>"
            "--list_cases=${cases}"
    BYPRODUCTS "${cases}"
    VERBATIM)

  # Read by ctest: what a line of the list means, then the list.
  weir_test_timeout(timeout "${arg_TIMEOUT}")
  set(grouped FALSE)
  if(WEIR_SANITIZE AND arg_MANY)
    set(grouped TRUE)
    set(timeout 1200)
  endif()
  set(executable "${PROJECT_BINARY_DIR}/bin/tests/${name}${CMAKE_EXECUTABLE_SUFFIX}")
  set(include_file "${CMAKE_CURRENT_BINARY_DIR}/${name}.ctest.cmake")
  configure_file("${PROJECT_SOURCE_DIR}/cmake/WeirTestCases.cmake.in" "${include_file}" @ONLY)
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${include_file}")
endfunction()

function(weir_add_check name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "TIMEOUT" "COMMAND;LABELS")
  if(NOT arg_COMMAND OR arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "weir_add_check(${name}): expected COMMAND ... [LABELS ...] "
                        "[TIMEOUT seconds], got ${ARGN}")
  endif()

  weir_test_timeout(timeout "${arg_TIMEOUT}")
  add_test(NAME ${name} COMMAND ${arg_COMMAND})
  set_tests_properties(
    ${name} PROPERTIES TIMEOUT ${timeout} LABELS "${arg_LABELS}" SKIP_RETURN_CODE 77
                       ENVIRONMENT "${WEIR_TEST_ENVIRONMENT}")
endfunction()

# How weir's own code is compiled. Everything here is scoped to weir's directories: a project that
# adds weir as a subdirectory gets neither its warnings nor its compiler launcher.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)

if(WEIR_WERROR)
  add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror)
endif()

if(WEIR_SANITIZE)
  add_compile_options(-fsanitize=${WEIR_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${WEIR_SANITIZE})
  if(WEIR_SANITIZE MATCHES "undefined")
    # Its look at an object's type opens a pipe: without a free descriptor it reports what is right.
    add_compile_options(-fno-sanitize=vptr)
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # GCC warns of every stand-alone fence, and Asio has some; and its flow warnings report paths
    # that only the instrumentation made.
    add_compile_options(-Wno-tsan -Wno-maybe-uninitialized)
  endif()
endif()

if(PROJECT_IS_TOP_LEVEL)
  set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
  add_compile_definitions($<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)

  find_program(WEIR_CCACHE ccache)
  mark_as_advanced(WEIR_CCACHE)
  if(WEIR_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    # Paths below the root count as relative, so that every clone finds what another one compiled.
    # What is compiled with a precompiled header is kept only when asked for.
    set(launcher "${CMAKE_COMMAND}" -E env "CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}" CCACHE_NOHASHDIR=1
                 CCACHE_SLOPPINESS=pch_defines,time_macros "${WEIR_CCACHE}")
    set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
    set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
    unset(launcher)
  endif()
endif()

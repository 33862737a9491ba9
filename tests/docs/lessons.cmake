# The pages of docs/lessons: each is checked, and each script runs. Not under a sanitizer: the scripts
# trace and measure programs, and LeakSanitizer cannot work while strace does.

set(lesson_test bash "${CMAKE_CURRENT_LIST_DIR}/lesson_test.sh")
weir_add_check(docs.lessons COMMAND ${lesson_test} "${PROJECT_SOURCE_DIR}/docs/lessons")

if(WEIR_BUILD_APPS AND NOT WEIR_SANITIZE)
  foreach(
    lesson IN ITEMS
    delivery
    framing
    kinds-of-sockets
    polling
    queue
    select
    sendfile
    short-sends
    slow-reader
    threads)
    weir_add_check(docs.lessons.${lesson} COMMAND ${lesson_test} ${lesson} "${PROJECT_BINARY_DIR}/bin"
                   TIMEOUT 180)
  endforeach()
endif()

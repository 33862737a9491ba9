// HTTP served, in one header. Layer: web. Links weir::http. JSON bodies are weir/web/json.hpp.
#pragma once

#include "weir/service/server.hpp"
#include "weir/web/response_stream.hpp"
#include "weir/web/serve.hpp"

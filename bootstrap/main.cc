#include "bootstrap/app/app.h"
#include "bootstrap/base/env_map.h"
#include "bootstrap/process/signals.h"

int main(int argc, char** argv) {
  sm::BlockSignals();
  return sm::Main({argv, argv + argc}, sm::CurrentEnvironment());
}

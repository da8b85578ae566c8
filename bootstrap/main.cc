#include "bootstrap/base/log.h"

int main() {
  sm::log::Info("nothing to run yet");
  return 0;
}

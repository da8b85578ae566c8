// Random JSON values that dwell on what is hard to get right.
#ifndef SM_TESTS_CONFIG_RANDOM_JSON_H_
#define SM_TESTS_CONFIG_RANDOM_JSON_H_

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <utility>

#include "bootstrap/config/json.h"
#include "bootstrap/config/utf8.h"

namespace sm::testing {

class RandomJson {
 public:
  explicit RandomJson(uint64_t seed) : random_(seed) {}

  uint64_t Below(uint64_t limit) {
    return std::uniform_int_distribution<uint64_t>(0, limit - 1)(random_);
  }

  // Any finite double: random bits, short decimals and powers of ten.
  double Double() {
    switch (Below(3)) {
      case 0: {
        const double value = std::bit_cast<double>(random_());
        return std::isfinite(value) ? value : 0.1;
      }
      case 1:
        return static_cast<double>(Below(100000)) / 1000 - 50;
      default:
        return static_cast<double>(Below(1000)) * std::pow(10.0, static_cast<int>(Below(60)) - 30);
    }
  }

  // Letters, quotes, control characters, and code points of every length; now and then a lone
  // surrogate, never two that would make a pair.
  std::string String() {
    std::string text;
    bool after_high = false;
    for (uint64_t i = Below(8); i > 0; --i) {
      uint32_t code_point = CodePointOfSomeKind();
      if (after_high && IsSurrogate(code_point)) code_point = 'x';
      after_high = IsSurrogate(code_point);
      AppendCodePoint(code_point, text);
    }
    return text;
  }

  json::Value Value(int depth = 3) {
    switch (Below(depth > 0 ? 8 : 6)) {
      case 0:
        return nullptr;
      case 1:
        return Below(2) == 0;
      case 2:
        return Integer();
      case 3:
        return Double();
      case 4:
      case 5:
        return String();
      case 6: {
        json::Array array;
        for (uint64_t i = Below(4); i > 0; --i) array.push_back(Value(depth - 1));
        return array;
      }
      default:
        return Object(depth - 1);
    }
  }

  json::Object Object(int depth) {
    json::Object object;
    for (uint64_t i = Below(4); i > 0; --i) {
      std::string key = String();
      object.Set(std::move(key), Value(depth));
    }
    return object;
  }

 private:
  uint32_t CodePointOfSomeKind() {
    constexpr uint32_t kLimits[] = {0x20, 0x80, 0x80, 0x100, 0x800, 0x10000, 0x110000};
    if (Below(4) == 0) return static_cast<unsigned char>("'\"\\\x7f\n\t/ "[Below(8)]);
    return static_cast<uint32_t>(Below(kLimits[Below(std::size(kLimits))]));
  }

  json::Integer Integer() {
    std::string digits = Below(2) == 0 ? "" : "-";
    digits.push_back(static_cast<char>('1' + Below(9)));
    for (uint64_t i = Below(2) == 0 ? Below(4) : Below(40); i > 0; --i) {
      digits.push_back(static_cast<char>('0' + Below(10)));
    }
    return json::Integer{digits};
  }

  std::mt19937_64 random_;
};

}  // namespace sm::testing

#endif  // SM_TESTS_CONFIG_RANDOM_JSON_H_

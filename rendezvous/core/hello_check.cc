#include "rendezvous/core/hello_check.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "bootstrap/base/resolve.h"

namespace sm::rendezvous {
namespace {

std::optional<std::string> TooLong(absl::string_view what, size_t size, size_t limit) {
  if (size <= limit) return std::nullopt;
  return absl::StrCat("its ", what, " has ", size, " bytes, at most ", limit, " are allowed");
}

std::optional<std::string> FindMalformedAgreement(const std::vector<Agreement>& agreements) {
  if (agreements.size() > kMaxAgreements) {
    return absl::StrCat("it names ", agreements.size(), " fields to agree on, at most ",
                        kMaxAgreements, " are allowed");
  }
  for (const Agreement& agreement : agreements) {
    if (auto long_field =
            TooLong("agreement's name", agreement.field.size(), kMaxAgreementFieldBytes)) {
      return long_field;
    }
    if (auto long_value =
            TooLong("agreement's value", agreement.display.size(), kMaxAgreementDisplayBytes)) {
      return long_value;
    }
  }
  return std::nullopt;
}

const Agreement* Find(const std::vector<Agreement>& agreements, const std::string& field) {
  auto it = std::find_if(agreements.begin(), agreements.end(),
                         [&field](const Agreement& a) { return a.field == field; });
  return it == agreements.end() ? nullptr : &*it;
}

std::string Value(const Agreement* agreement, bool with_fingerprint) {
  if (agreement == nullptr) return "nothing";
  std::string text = absl::StrCat("\"", agreement->display, "\"");
  if (with_fingerprint) {
    absl::StrAppendFormat(&text, " (fingerprint %016x)", agreement->fingerprint);
  }
  return text;
}

// Long values may differ only behind what is shown of them; then their fingerprints tell.
std::string Disagreement(const Hello& hello, absl::string_view leader, const std::string& field,
                         const Agreement* theirs, const Agreement* reference) {
  bool alike = theirs != nullptr && reference != nullptr && theirs->display == reference->display;
  return absl::StrCat(hello.host, " disagrees with the leader ", leader, " about ", field, ": ",
                      Value(theirs, alike), " on ", hello.host, ", ", Value(reference, alike),
                      " on ", leader);
}

}  // namespace

std::optional<std::string> FindMalformed(const Hello& hello) {
  if (hello.host.empty()) return "it gives no host name";
  if (auto found = TooLong("host name", hello.host.size(), kMaxHostNameBytes)) return found;
  if (auto found = TooLong("version", hello.version.size(), kMaxVersionBytes)) return found;
  if (auto found = TooLong("address", hello.address.size(), kMaxAddressBytes)) return found;
  if (!IsNumericAddress(hello.address)) {
    return absl::StrCat("its address \"", hello.address, "\" is not a numeric one");
  }
  if (hello.local_world_size < 1 || hello.local_world_size > kMaxLocalWorldSize) {
    return absl::StrCat("its local world size is ", hello.local_world_size, ", expected 1 to ",
                        kMaxLocalWorldSize);
  }
  return FindMalformedAgreement(hello.agreements);
}

std::optional<std::string> FindProtocolMismatch(const Hello& hello, absl::string_view our_version) {
  if (hello.protocol == kProtocolVersion) return std::nullopt;
  std::string ours = our_version.empty() ? "" : absl::StrCat(" (version ", our_version, ")");
  return absl::StrCat(hello.host, " speaks rendezvous protocol ", hello.protocol, " (version ",
                      hello.version, "), the leader speaks protocol ", kProtocolVersion, ours,
                      ": run the same sm-bootstrap on every host");
}

std::optional<std::string> FindDisagreement(const Hello& hello, absl::string_view leader,
                                            const std::vector<Agreement>& reference) {
  for (const Agreement& ours : reference) {
    const Agreement* theirs = Find(hello.agreements, ours.field);
    if (theirs == nullptr || theirs->fingerprint != ours.fingerprint) {
      return Disagreement(hello, leader, ours.field, theirs, &ours);
    }
  }
  for (const Agreement& theirs : hello.agreements) {
    if (Find(reference, theirs.field) == nullptr) {
      return Disagreement(hello, leader, theirs.field, &theirs, nullptr);
    }
  }
  return std::nullopt;
}

}  // namespace sm::rendezvous

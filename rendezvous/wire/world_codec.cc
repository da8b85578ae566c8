#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "bootstrap/base/status_macros.h"
#include "rendezvous/core/hello_check.h"
#include "rendezvous/wire/address.h"
#include "rendezvous/wire/internal_codec.h"

namespace sm::rendezvous::internal {
namespace {

constexpr char kAsText = 0;
constexpr char kV4 = 4;
constexpr char kV6 = 6;

// Takes the members' addresses one after the other out of the packed arrays.
class AddressReader {
 public:
  explicit AddressReader(const v1::World& proto) : proto_(proto), rest_(proto.addresses()) {}

  absl::StatusOr<std::string> Next() {
    switch (proto_.address_families()[next_++]) {
      case kV4:
        return TakePacked(4);
      case kV6:
        return TakePacked(16);
      case kAsText:
        return TakeText();
      default:
        return absl::InvalidArgumentError("the world has an address of an unknown family");
    }
  }

 private:
  absl::StatusOr<std::string> TakePacked(size_t size) {
    if (rest_.size() < size) return absl::InvalidArgumentError("the world lacks addresses");
    std::string address = UnpackAddress(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return address;
  }

  absl::StatusOr<std::string> TakeText() {
    if (next_text_ >= proto_.other_addresses_size()) {
      return absl::InvalidArgumentError("the world lacks addresses");
    }
    const std::string& address = proto_.other_addresses(next_text_++);
    if (!IsNumericAddress(address)) {
      return absl::InvalidArgumentError("the world has an address that is not numeric");
    }
    return address;
  }

  const v1::World& proto_;
  absl::string_view rest_;
  size_t next_ = 0;
  int next_text_ = 0;
};

absl::Status CheckShape(const v1::World& proto, size_t hosts) {
  auto members = static_cast<size_t>(proto.local_world_sizes_size());
  if (members != hosts || proto.address_families().size() != hosts) {
    return absl::InvalidArgumentError(absl::StrCat("the leader's world has ", members,
                                                   " members, our list has ", hosts, " hosts"));
  }
  if (proto.master_port() < 1 || proto.master_port() > 65535) {
    return OutOfRange("master port", proto.master_port());
  }
  if (!IsNumericAddress(proto.master_address())) {
    return absl::InvalidArgumentError("the world's master address is not numeric");
  }
  return absl::OkStatus();
}

}  // namespace

void ToProto(const World& world, v1::World& proto) {
  proto.mutable_local_world_sizes()->Reserve(static_cast<int>(world.members.size()));
  for (const Member& member : world.members) {
    proto.add_local_world_sizes(ToWire(member.local_world_size));
    std::string packed = PackAddress(member.address);
    proto.mutable_addresses()->append(packed);
    proto.mutable_address_families()->push_back(packed.empty()       ? kAsText
                                                : packed.size() == 4 ? kV4
                                                                     : kV6);
    if (packed.empty()) proto.add_other_addresses(member.address);
  }
  proto.set_master_address(world.master_address);
  proto.set_master_port(ToWire(world.master_port));
  proto.set_run_id(world.run_id);
}

absl::StatusOr<World> FromProto(const v1::World& proto, const HostList& hosts) {
  const std::vector<std::string>& names = hosts.names();
  SM_RETURN_IF_ERROR(CheckShape(proto, names.size()));
  World world;
  world.members.reserve(names.size());
  AddressReader addresses(proto);
  int64_t first_rank = 0;
  for (size_t i = 0; i < names.size(); ++i) {
    uint32_t size = proto.local_world_sizes(static_cast<int>(i));
    if (size < 1 || size > kMaxLocalWorldSize) return OutOfRange("local world size", size);
    SM_ASSIGN_OR_RETURN(std::string address, addresses.Next());
    world.members.push_back({names[i], static_cast<int>(i), std::move(address), FromWire(size),
                             static_cast<int>(first_rank)});
    first_rank += size;
    if (first_rank > std::numeric_limits<int>::max()) return OutOfRange("local world size", size);
  }
  world.world_size = static_cast<int>(first_rank);
  world.master_address = proto.master_address();
  world.master_port = FromWire(proto.master_port());
  world.run_id = proto.run_id();
  return world;
}

}  // namespace sm::rendezvous::internal

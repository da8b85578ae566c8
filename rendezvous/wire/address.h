// Addresses: packed for the world, and as gRPC writes and wants them.
#ifndef SM_RENDEZVOUS_WIRE_ADDRESS_H_
#define SM_RENDEZVOUS_WIRE_ADDRESS_H_

#include <string>

#include "absl/strings/string_view.h"

namespace sm::rendezvous {

// The 4 or 16 bytes of a numeric address; empty when its text would not come back the same (it has
// a scope, or is not in canonical form).
std::string PackAddress(const std::string& address);

// The text of 4 or 16 packed bytes.
std::string UnpackAddress(absl::string_view packed);

// "192.0.2.1:7776", "[fe80::1%eth0]:7776".
std::string HostPort(absl::string_view address, int port);

// What gRPC dials to reach a numeric address, without any resolver: "ipv6:[fe80::1%25eth0]:7776".
std::string DialTarget(absl::string_view address, int port);

// The address and port of a peer as gRPC names it ("ipv6:%5B::1%5D:4242"), for people.
std::string PeerHostPort(absl::string_view grpc_peer);

}  // namespace sm::rendezvous

#endif  // SM_RENDEZVOUS_WIRE_ADDRESS_H_

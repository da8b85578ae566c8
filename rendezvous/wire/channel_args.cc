#include "rendezvous/wire/channel_args.h"

#include <grpc/impl/codegen/grpc_types.h>

#include "rendezvous/wire/limits.h"

namespace sm::rendezvous {
namespace {

int Milliseconds(absl::Duration d) { return static_cast<int>(absl::ToInt64Milliseconds(d)); }

// `set` takes the name and the value of one argument.
template <typename Set>
void SetOnBothSides(Set set) {
  set(GRPC_ARG_KEEPALIVE_TIME_MS, Milliseconds(kHeartbeatInterval));
  set(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, Milliseconds(kHeartbeatTimeout));
  set(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  set(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);  // no limit
  // Nothing here is worth compressing, and what is not unpacked cannot blow up.
  set(GRPC_ARG_ENABLE_PER_MESSAGE_COMPRESSION, 0);
  set(GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION, 0);
  // Statistics that nobody asks for, kept per connection.
  set(GRPC_ARG_ENABLE_CHANNELZ, 0);
  set(GRPC_ARG_MAX_CHANNEL_TRACE_EVENT_MEMORY_PER_NODE, 0);
}

}  // namespace

void ConfigureServer(grpc::ServerBuilder& builder) {
  auto set = [&builder](const char* name, int value) { builder.AddChannelArgument(name, value); };
  SetOnBothSides(set);
  // The clients' pings are welcome at any rate that ours send.
  set(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 1000);
  set(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 0);  // no limit
  // A second leader on the port is an error, not half of the hosts.
  set(GRPC_ARG_ALLOW_REUSEPORT, 0);
  // A connection is for one stream; one without any goes away.
  set(GRPC_ARG_MAX_CONCURRENT_STREAMS, 4);
  set(GRPC_ARG_MAX_CONNECTION_IDLE_MS, 60'000);
  builder.SetMaxReceiveMessageSize(kMaxHostMessageBytes);
}

grpc::ChannelArguments ClientChannelArguments() {
  grpc::ChannelArguments arguments;
  SetOnBothSides([&arguments](const char* name, int value) { arguments.SetInt(name, value); });
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_SERVICE_CONFIG_DISABLE_RESOLUTION, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);  // the client's own attempts are the retries
  arguments.SetMaxReceiveMessageSize(kMaxLeaderMessageBytes);
  return arguments;
}

}  // namespace sm::rendezvous

import Testing
import Varve

// The code of the article Serving Kafka clients.

func serving(_ varve: Varve) async throws {
  // snippet
  let service = try await varve.serve(port: 0)
  print("kcat -b \(service.address) -C -t orders")
  await service.stop()
  // end
}

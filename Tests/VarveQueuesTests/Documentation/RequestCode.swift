import Varve
import VarveQueues

// The code of the article RequestReply.

func asking(_ varve: Varve, _ show: (String) -> Void) async throws {
  // snippet
  let prices = try await varve.requests(
    to: "prices", repliesIn: "price-replies", requests: .text, replies: .text)
  do {
    show(try await prices.reply(to: "apples", within: .seconds(30)))
  } catch {
    switch error.code {
    case .deadlineExceeded: show("nobody knows at the moment")
    case .requestFailed: show(error.message)
    default: throw error
    }
  }
  // end
}

func answering(_ varve: Varve, _ known: [String: String]) async throws {
  // snippet
  try await varve.answer("prices", group: "pricing", requests: .text, replies: .text) {
    (product: String, _) -> String in
    guard let price = known[product] else {
      throw RequestFailure("unknown", "there is no product '\(product)'")
    }
    return price
  }
  // end
}

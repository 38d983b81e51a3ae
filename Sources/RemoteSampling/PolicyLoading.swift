// Weights that every server must serve before it is asked.

import HTTPClient
import JSONLines
package import ModelServers
import Synchronization

/// How servers are told to load a policy, and asked whether they did.
package enum PolicyLoading: Sendable {
  /// SGLang: `/update_weights_from_disk`, and then `/get_model_info` names the folder.
  case sglang
  /// vLLM in development mode: `reload_weights` of all workers by `/collective_rpc`, then an empty prefix cache. It has no way to ask
  /// what is served, so that the workers' success must do.
  case vllm
  /// Any other: a POST, in whose body `{{policy}}` stands for the folder, and a GET whose reply must name the folder.
  case custom(path: String, body: String, check: String?)
}

/// A policy that servers load.
package final class ServedPolicy: Sendable {
  /// The folder, as the servers find it.
  package let folder: String
  private let loading: PolicyLoading
  private let tellsVersion = Mutex(false)

  package init(folder: String, _ loading: PolicyLoading) {
    self.folder = folder
    self.loading = loading
  }

  /// Makes a server load the policy and checks that it serves it.
  package func prepare(_ server: ServerRequests) async -> PreparationFault? {
    do throws(Stop) {
      switch loading {
      case .sglang:
        let reply = try await post(
          server, "/update_weights_from_disk", ["model_path": folder, "weight_version": folder])
        guard reportsSuccess(reply) != false else {
          throw Stop(.refused(serverMessage(in: reply)))
        }
        try await checkModelInfo(server)
      case .vllm:
        var body = JSONWriter()
        body.object { call in
          call.member("method", "reload_weights")
          call.member("kwargs") { $0.object { $0.member("weights_path", folder) } }
        }
        _ = try await send(server, "/collective_rpc", body.bytes)
        // Keys and values of the old weights must not be gone on with.
        let reply = try await send(server, "/reset_prefix_cache", [])
        guard reportsSuccess(reply) != false else {
          throw Stop(.away("/reset_prefix_cache: requests of others hold the cache"))
        }
      case .custom(let path, let body, let check):
        // As it stands inside a JSON string.
        let quoted = String(jsonText(folder).dropFirst().dropLast())
        _ = try await send(server, path, Array(body.replacing("{{policy}}", with: quoted).utf8))
        guard let check else { return nil }
        let reply = try await send(server, check, nil)
        guard names(folder, reply) else {
          throw Stop(.refused("\(check) does not name \(folder): \(serverMessage(in: reply))"))
        }
      }
      return nil
    } catch {
      return error.fault
    }
  }

  /// Whether a sample comes from other weights, such as those of a server that was started anew.
  func isStale(_ sample: ServedSample) -> Bool {
    tellsVersion.withLock { $0 } && sample.weightVersion != folder
  }

  private func checkModelInfo(_ server: ServerRequests) async throws(Stop) {
    let reply = try await send(server, "/get_model_info", nil)
    let document = try? JSONDocument(parsing: reply)
    guard let path = document?.root["model_path"]?.string, path == folder else {
      let found = document?.root["model_path"]?.string ?? serverMessage(in: reply)
      throw Stop(.refused("it serves \(found)"))
    }
    if document?.root["weight_version"]?.string == folder { tellsVersion.withLock { $0 = true } }
  }

  private struct Stop: Error {
    let fault: PreparationFault
    init(_ fault: PreparationFault) { self.fault = fault }
  }

  private func post(
    _ server: ServerRequests, _ path: String, _ members: KeyValuePairs<String, String>
  ) async throws(Stop) -> [UInt8] {
    var body = JSONWriter()
    body.object { body in
      for (key, value) in members { body.member(key, value) }
    }
    return try await send(server, path, body.bytes)
  }

  /// Posts, or gets where there is no body; only a success is a reply.
  private func send(
    _ server: ServerRequests, _ path: String, _ body: [UInt8]?
  ) async throws(Stop) -> [UInt8] {
    let response: HTTPResponse
    do throws(HTTPError) {
      response = try await server.perform(rootAddress(server.url, path), body)
    } catch {
      throw Stop(.away(error.description))
    }
    let said = "\(path): status \(response.status): \(serverMessage(in: response.body))"
    switch response.status {
    case 200..<300: return response.body
    case 408, 409, 425, 429, 502, 503, 504: throw Stop(.away(said))
    default: throw Stop(.refused(said))
    }
  }

  /// The member `success` of a reply that has one.
  private func reportsSuccess(_ body: [UInt8]) -> Bool? {
    (try? JSONDocument(parsing: body))?.root["success"]?.boolean
  }

  /// Whether a reply holds the text: a string of its JSON, or plainly.
  private func names(_ text: String, _ body: [UInt8]) -> Bool {
    guard let document = try? JSONDocument(parsing: body) else {
      return body.firstRange(ofBytes: Array(text.utf8)) != nil
    }
    return document.root.holds(text)
  }
}

extension JSONValue {
  fileprivate func holds(_ text: String) -> Bool {
    if let string { return string.contains(text) }
    return (elements ?? []).contains { $0.holds(text) }
      || (members ?? []).contains { $0.value.holds(text) }
  }
}

// Where on a server something is asked.

/// The address of something on a server: what its URL lacks of `/v1` and of the path is added, in front of its query.
///
/// - Parameter path: such as `/chat/completions`.
package func apiAddress(_ url: String, _ path: String) -> String {
  let (address, query) = parts(of: url)
  if address.hasSuffix(path) { return address + query }
  let afterScheme = address.firstRange(of: "://").map { address[$0.upperBound...] } ?? address[...]
  return address + (afterScheme.contains("/") ? "" : "/v1") + path + query
}

/// The address of something beside a server's `/v1`, with the query of its URL.
package func rootAddress(_ url: String, _ path: String) -> String {
  var (address, query) = parts(of: url)
  if address.hasSuffix("/v1") { address.removeLast(3) }
  let joined = query.isEmpty || !path.contains("?") ? query : "&" + query.dropFirst()
  return withoutSlashes(address) + path + joined
}

/// A URL up to its path, without slashes at the end, and its query; what stands behind `#` is nobody's but a browser's.
private func parts(of url: String) -> (address: String, query: String) {
  let whole = url.prefix { $0 != "#" }
  let address = whole.prefix { $0 != "?" }
  return (withoutSlashes(String(address)), String(whole[address.endIndex...]))
}

private func withoutSlashes(_ url: String) -> String {
  var address = url
  while address.hasSuffix("/") { address.removeLast() }
  return address
}

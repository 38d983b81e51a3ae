// Which members and parameters hold secrets, as their names say.

package import JSONLines

/// Whether a member of a request, a parameter of a URL or a header of this name holds a secret.
package func namesSecret(_ name: String) -> Bool {
  let name = name.lowercased()
  let words = ["key", "secret", "password", "passwd", "authorization", "credential", "cookie"]
  if words.contains(where: name.contains) { return true }
  // `max_tokens` and `token_ids` are no secrets.
  return ["auth", "sig", "signature", "code", "pwd", "pass"].contains(name)
    || name.hasSuffix("token")
}

/// Whether a text looks like a key whatever it is called: `sk-…`, `Bearer …` and their like.
package func looksLikeKey(_ text: String) -> Bool {
  let beginnings = ["sk-", "hf_", "ghp_", "gsk_", "xai-", "nvapi-", "AIza", "Bearer ", "Basic "]
  return text.utf8.count >= 8 && beginnings.contains(where: text.hasPrefix)
}

/// The texts inside a JSON value that are secrets, by the names of their members or by their looks.
package func secrets(in value: JSONValue) -> [String] {
  secrets(in: value, isSecret: false)
}

private func secrets(in value: JSONValue, isSecret: Bool) -> [String] {
  if let text = value.string { return isSecret || looksLikeKey(text) ? [text] : [] }
  if let elements = value.elements {
    return elements.flatMap { secrets(in: $0, isSecret: isSecret) }
  }
  return (value.members ?? []).flatMap { member in
    secrets(in: member.value, isSecret: isSecret || namesSecret(member.key))
  }
}

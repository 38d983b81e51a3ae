import JSONLines

/// What `--version` says; bug reports need the libraries' versions too.
package enum Version {
  /// The version of this package.
  package static let number = "0.1.0"

  /// The text for `--version`.
  ///
  /// - Parameter more: further libraries that the tool uses, such as "libcurl 7.88.1".
  package static func text(_ more: String...) -> String {
    let libraries = ["libzstd \(zstdVersion)", "simdjson \(simdjsonVersion)"] + more
    return "srar \(number) (\(libraries.joined(separator: ", ")))"
  }
}

// Unicode's normalization form C.

internal import Foundation

extension String {
  /// The text in normalization form C.
  ///
  /// Foundation's composition alone leaves a Hangul syllable and the final consonant after it apart; of the decomposed
  /// text it joins the three.
  var canonicallyComposed: String {
    utf8.allSatisfy { $0 < 0x80 }
      ? self : decomposedStringWithCanonicalMapping.precomposedStringWithCanonicalMapping
  }
}

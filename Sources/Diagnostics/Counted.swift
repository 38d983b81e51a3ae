/// A count and what is counted, for sentences: "1 problem", "3 problems".
package func counted(_ count: Int, _ noun: String) -> String {
  "\(count) \(noun)\(count == 1 ? "" : "s")"
}

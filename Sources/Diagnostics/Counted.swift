/// A count and what is counted, for sentences: "1 problem", "3 problems".
package func counted(_ count: Int, _ noun: String) -> String {
  "\(count) \(noun)\(count == 1 ? "" : "s")"
}

/// The same with the verb: "1 problem has", "3 problems have".
package func counted(_ count: Int, _ noun: String, _ singular: String, _ plural: String) -> String {
  "\(counted(count, noun)) \(count == 1 ? singular : plural)"
}

/// A part of what is counted, with the verb: "1 of 3 problems has", "2 of 3 problems have".
package func counted(
  _ count: Int, of total: Int, _ noun: String, _ singular: String, _ plural: String
) -> String {
  "\(count) of \(counted(total, noun)) \(count == 1 ? singular : plural)"
}

import JSONLines
import Secrets
import Testing

@Suite("Secrets are not shown")
struct SecretsTests {
  @Test(
    "a key is found in every spelling that decodes to it",
    arguments: [
      "sk-a/b=c+d8", #"sk-a\/b=c+d8"#, #"sk-a\/b\u003dc\u002bd8"#, #"sk-a\\/b\\u003dc+d8"#,
      #"\u0073\u006B-a/b\u003Dc+d8"#, "sk-a%2Fb%3dc%2Bd8",
    ])
  func spellings(quoted: String) {
    let mask = SecretMask(["sk-a/b=c+d8"])
    #expect(mask.masked("key '\(quoted)' is wrong") == "key '*****' is wrong")
    let reply = Array("<\(quoted)><sk-a/b>".utf8)
    #expect(mask.maskedReply(reply) == Array("<*****><sk-a/b>".utf8))
  }

  @Test("of two secrets the longer is masked, and short ones only in messages")
  func lengths() {
    let mask = SecretMask(["EMPTY", "EMPTY-long-one", ""])
    #expect(mask.masked("EMPTY-long-one EMPTY") == "***** *****")
    #expect(mask.maskedReply(Array("EMPTY-long-one EMPTY".utf8)) == Array("***** EMPTY".utf8))
    #expect(SecretMask([]).masked("text") == "text")
  }

  @Test(
    "a URL is shown without user, password and query values",
    arguments: [
      ("http://a:1/v1", "http://a:1/v1"),
      ("https://user:pa:ss@a/v1", "https://*****@a/v1"),
      ("https://token@a", "https://*****@a"),
      (
        "https://a/v1?api-version=2024-10-21&api-key=k",
        "https://a/v1?api-version=2024-10-21&api-key=*****"
      ),
      ("https://a?key=k&flag", "https://a?key=*****&flag"),
      ("https://user:p/q@a/v1", "https://*****@a/v1"),
      ("https://a/v1/@b", "https://a/v1/@b"),
    ])
  func urls(url: String, shown: String) { #expect(maskedURL(url) == shown) }

  @Test("the secrets in a URL are known as they stand, decoded, and as they are sent")
  func urlSecrets() {
    let found = Set(secrets(inURL: "https://user:p%40ss@a/v1?api-version=1&code=x%2Fy"))
    #expect(
      found == ["user:p%40ss", "p%40ss", "dXNlcjpwQHNz", "x%2Fy", "user:p@ss", "p@ss", "x/y"])
  }

  @Test("what a request's members are called, and how texts look, tells secrets")
  func members() throws {
    let json = #"""
      {"api_key":"one","max_tokens":"no","metadata":{"auth_token":["two"],"note":"sk-three-4711"},
      "reasoning_effort":"low","user":{"password":"four"}}
      """#
    let root = try JSONDocument(parsing: Array(json.utf8)).root
    #expect(secrets(in: root) == ["one", "two", "sk-three-4711", "four"])
  }

  @Test("a command line is kept without its secrets, and otherwise as it was")
  func arguments() {
    #expect(
      shownArguments([
        "--url", "https://u:p@a/v1?key=k", "--model=m=http://t@b", "--header", "X-Key=value=1",
        "--header=A=b", "--header", "X=@file", "--header", "Y=env:NAME", "--extra-body",
        #"{"api_key":"k\/1","top_k":20}"#, "--log", "log", "in.jsonl",
      ]) == [
        "--url", "https://*****@a/v1?key=*****", "--model=m=http://*****@b", "--header",
        "X-Key=*****", "--header=A=*****", "--header", "X=@file", "--header", "Y=env:NAME",
        "--extra-body", #"{"api_key":"*****","top_k":20}"#, "--log", "log", "in.jsonl",
      ])
  }
}

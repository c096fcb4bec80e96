/// Files of the dashboard besides the style sheet of all pages.
enum DashboardAssets {
    /// Replaces what of a page changes, as the event stream tells; without it the page is whole, and stands still.
    static let script = """
        "use strict";
        const part = document.getElementById("live");
        if (part && window.EventSource) {
          const button = document.createElement("button");
          const remark = document.createElement("span");
          const row = document.createElement("p");
          row.className = "row";
          remark.className = "soft";
          button.type = "button";
          row.append(button, remark);
          part.before(row);
          let stream = null;
          function follow() {
            stream = new EventSource(part.dataset.events);
            stream.onmessage = (event) => {
              const focus = part.contains(document.activeElement) ? document.activeElement : null;
              const address = focus && focus.getAttribute("href");
              const label = focus && focus.getAttribute("aria-label");
              part.innerHTML = event.data;
              for (const other of part.querySelectorAll("a, [tabindex]")) {
                const isSame = address ? other.getAttribute("href") === address : label && other.getAttribute("aria-label") === label;
                if (isSame) { other.focus({ preventScroll: true }); break; }
              }
              remark.textContent = "as of " + new Date().toLocaleTimeString();
            };
            button.textContent = "Stop following";
            remark.textContent = "following";
          }
          function stop() {
            stream.close();
            stream = null;
            button.textContent = "Follow";
            remark.textContent = "not following";
          }
          button.addEventListener("click", () => { if (stream) stop(); else follow(); });
          window.addEventListener("pagehide", () => { if (stream) stream.close(); });
          follow();
        }

        """

    /// The picture of the window's tab.
    static let icon = """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#2c629b"/>\
        <path d="M3 12V9h3v3zM7 12V6h3v6zM11 12V3h2v9z" fill="#fff"/></svg>

        """

    /// A text as one event, and how long the browser waits before it asks again.
    ///
    /// - Parameter text: nil where the page shows it already.
    static func event(_ text: String?, id: String, pauseSeconds: Int) -> [UInt8] {
        var lines = ["retry: \(pauseSeconds * 1000)"]
        if let text {
            lines.append("id: \(id)")
            // A carriage return would end a line of the stream too.
            lines += text.split(omittingEmptySubsequences: false) { $0.isNewline }.map { "data: \($0)" }
        } else {
            lines.append(": as it was")
        }
        return Array((lines.joined(separator: "\n") + "\n\n").utf8)
    }
}

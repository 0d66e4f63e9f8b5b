package io.netrun.resilience.sample.demo;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/**
 * The demo on the web. Both addresses stream the log as plain text until the demo ends, for {@code curl -N} and
 * browsers alike. The demo continues if the client disconnects.
 */
@RestController
class DemoController {

    private final Demo demo;

    DemoController(Demo demo) {
        this.demo = demo;
    }

    /** Starts the demo, or answers with status 409 if it is running. */
    @PostMapping("/demo")
    void start(HttpServletResponse response) throws IOException {
        Story story = demo.start()
                .orElseThrow(() -> new ResponseStatusException(
                        HttpStatus.CONFLICT, "The demo is being played already; watch it at GET /demo/log"));
        response.setStatus(HttpServletResponse.SC_ACCEPTED);
        response.setHeader(HttpHeaders.LOCATION, "/demo/log");
        follow(story, response);
    }

    /** The log of the running demo, or else of the last one. */
    @GetMapping("/demo/log")
    void log(HttpServletResponse response) throws IOException {
        Story story = demo.latest()
                .orElseThrow(() -> new ResponseStatusException(
                        HttpStatus.NOT_FOUND, "The demo has not been played yet; POST /demo starts it"));
        follow(story, response);
    }

    private static void follow(Story story, HttpServletResponse response) throws IOException {
        response.setContentType("text/plain;charset=UTF-8");
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        OutputStream out = response.getOutputStream();
        try {
            response.flushBuffer();
            Optional<String> line = story.line(0);
            for (int next = 1; line.isPresent(); next++) {
                out.write((line.get() + "\n").getBytes(StandardCharsets.UTF_8));
                out.flush();
                line = story.line(next);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("Interrupted while following the demo");
        }
    }
}

package io.netrun.resilience.spring.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.annotation.RateLimiter;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/** The header fields about rate limits in the answers of a servlet container. */
@SpringBootTest(
        classes = RateLimitServerTests.Application.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "spring.main.web-application-type=servlet",
            "resilience.rate-limit-headers=true",
            "resilience.rate-limiter.defaults.limit=10",
            "resilience.rate-limiter.defaults.period=1h"
        })
class RateLimitServerTests {

    @LocalServerPort
    private int port;

    private HttpHeaders headers(String path, int status) {
        return WebTestClient.bindToServer()
                .baseUrl("http://localhost:" + port)
                .responseTimeout(Duration.ofSeconds(30))
                .build()
                .get()
                .uri(path)
                .exchange()
                .expectStatus()
                .isEqualTo(status)
                .returnResult(String.class)
                .getResponseHeaders();
    }

    @ParameterizedTest
    @CsvSource({
        "/future, 200",
        "/no-content, 204",
        "/not-found, 404",
        "/mono, 200",
        "/accepted, 202",
        "/status, 204",
        "/text, 200"
    })
    void asyncAnswerWithoutABodyShouldHaveTheFields(String path, int status) {
        HttpHeaders headers = headers(path, status);
        assertThat(headers.getFirst("RateLimit-Limit")).isEqualTo("10");
        assertThat(headers.get("RateLimit-Remaining")).hasSize(1).doesNotContain("10");
    }

    @ParameterizedTest
    @CsvSource({"/failing", "/failing-later"})
    void answerOfTheErrorPageShouldHaveTheFields(String path) {
        HttpHeaders headers = headers(path, 500);
        assertThat(headers.getFirst("RateLimit-Limit")).isEqualTo("10");
        assertThat(headers.get("RateLimit-Remaining")).hasSize(1).doesNotContain("10");
    }

    @Test
    void limiterWithAKeyShouldTellNothing() {
        assertThat(headers("/keyed/a", 200).getFirst("RateLimit-Limit")).isNull();
    }

    @Test
    void unknownPathShouldHaveNoFields() {
        assertThat(headers("/unknown", 404).getFirst("RateLimit-Limit")).isNull();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        Answers answers() {
            return new Answers();
        }
    }

    @RestController
    static class Answers {

        @GetMapping("/future")
        @RateLimiter
        public CompletableFuture<Void> future() {
            return CompletableFuture.completedFuture(null);
        }

        @GetMapping("/no-content")
        @RateLimiter
        public CompletableFuture<ResponseEntity<Void>> noContent() {
            return CompletableFuture.completedFuture(ResponseEntity.noContent().build());
        }

        @GetMapping("/not-found")
        @RateLimiter
        public CompletableFuture<ResponseEntity<Void>> notFound() {
            return CompletableFuture.completedFuture(ResponseEntity.notFound().build());
        }

        @GetMapping("/mono")
        @RateLimiter
        public Mono<Void> mono() {
            return Mono.empty();
        }

        @GetMapping("/accepted")
        @RateLimiter
        public Mono<ResponseEntity<Void>> accepted() {
            return Mono.just(ResponseEntity.accepted().build());
        }

        @GetMapping("/status")
        @ResponseStatus(HttpStatus.NO_CONTENT)
        @RateLimiter
        public CompletableFuture<Void> status() {
            return CompletableFuture.completedFuture(null);
        }

        @GetMapping("/text")
        @RateLimiter
        public CompletableFuture<String> text() {
            return CompletableFuture.completedFuture("text");
        }

        @GetMapping("/failing")
        @RateLimiter
        public String failing() {
            throw new IllegalStateException("of the handler");
        }

        @GetMapping("/failing-later")
        @RateLimiter
        public CompletableFuture<String> failingLater() {
            return CompletableFuture.failedFuture(new IllegalStateException("of the handler"));
        }

        @GetMapping("/keyed/{key}")
        @RateLimiter(key = "#key")
        public String keyed(@PathVariable("key") String key) {
            return key;
        }
    }
}

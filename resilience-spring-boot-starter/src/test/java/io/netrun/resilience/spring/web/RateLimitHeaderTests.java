package io.netrun.resilience.spring.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.annotation.RateLimiter;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.ratelimiter.RateLimitExceededException;
import io.netrun.resilience.spring.HandTicker;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceRateLimitHeadersAutoConfiguration;
import io.netrun.resilience.spring.pattern.RateLimitFields;
import io.netrun.resilience.spring.pattern.RateLimitView;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.MvcResult;
import org.springframework.test.web.servlet.request.MockMvcRequestBuilders;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.WebApplicationContext;
import org.springframework.web.reactive.config.EnableWebFlux;
import org.springframework.web.servlet.config.annotation.EnableWebMvc;
import reactor.core.publisher.Mono;

/** The header fields about the rate limit of a handler method. */
class RateLimitHeaderTests {

    private static final String ENABLED = "resilience.rate-limit-headers=true";

    private final WebApplicationContextRunner servlet = new WebApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    AopAutoConfiguration.class,
                    ResilienceAutoConfiguration.class,
                    ResilienceRateLimitHeadersAutoConfiguration.class))
            .withUserConfiguration(Mvc.class);

    private final ReactiveWebApplicationContextRunner reactive = new ReactiveWebApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    AopAutoConfiguration.class,
                    ResilienceAutoConfiguration.class,
                    ResilienceRateLimitHeadersAutoConfiguration.class))
            .withUserConfiguration(Flux.class);

    @Configuration(proxyBeanMethods = false)
    @EnableWebMvc
    static class Mvc extends Common {

        @Bean
        Raw raw() {
            return new Raw();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableWebFlux
    static class Flux extends Common {}

    static class Common {

        @Bean
        Ticker ticker() {
            return new HandTicker();
        }

        @Bean
        Offers offers() {
            return new Offers();
        }
    }

    @RestController
    static class Offers {

        @GetMapping("/limited")
        @RateLimiter(name = "offers", limit = 2, period = "9s")
        public String limited() {
            return "offer";
        }

        @GetMapping("/empty")
        @RateLimiter(name = "offers")
        public ResponseEntity<Void> empty() {
            return ResponseEntity.noContent().build();
        }

        @GetMapping("/async")
        @RateLimiter(name = "offers")
        public CompletableFuture<String> async() {
            return CompletableFuture.completedFuture("offer");
        }

        @GetMapping("/mono")
        @RateLimiter(name = "offers")
        public Mono<String> mono() {
            return Mono.just("offer");
        }

        @GetMapping("/retried")
        @Retry(name = "offers")
        public String retried() {
            return "offer";
        }

        @GetMapping("/plain")
        public String plain() {
            return "offer";
        }

        @ExceptionHandler
        ResponseEntity<String> rejected(RateLimitExceededException rejection) {
            return ResponseEntity.status(HttpStatus.TOO_MANY_REQUESTS).body("later");
        }
    }

    @RestController
    static class Raw {

        @GetMapping("/committed")
        @RateLimiter(name = "raw", limit = 2, period = "9s")
        public void committed(HttpServletResponse response) throws IOException {
            response.flushBuffer();
            response.getOutputStream().write(1);
            response.getOutputStream().flush();
        }
    }

    private static MockMvc mvc(WebApplicationContext context) {
        return MockMvcBuilders.webAppContextSetup(context)
                .addFilters(context.getBean(RateLimitServletFilter.class))
                .build();
    }

    private static MockHttpServletResponse get(MockMvc mvc, String path) throws Exception {
        MvcResult result = mvc.perform(MockMvcRequestBuilders.get(path)).andReturn();
        if (result.getRequest().isAsyncStarted()) {
            result.getAsyncResult(10_000);
            result = mvc.perform(MockMvcRequestBuilders.asyncDispatch(result)).andReturn();
        }
        return result.getResponse();
    }

    private static void assertFields(MockHttpServletResponse response, String limit, String remaining, String reset) {
        assertThat(response.getHeaders("RateLimit-Limit")).containsExactly(limit);
        assertThat(response.getHeaders("RateLimit-Remaining")).containsExactly(remaining);
        assertThat(response.getHeaders("RateLimit-Reset")).containsExactly(reset);
    }

    @Test
    void servletResponseShouldHaveTheLimitAfterTheCall() {
        servlet.withPropertyValues(ENABLED).run(context -> {
            MockMvc mvc = mvc(context);
            assertFields(get(mvc, "/limited"), "2", "1", "5");
            assertFields(get(mvc, "/empty"), "2", "0", "9");
            MockHttpServletResponse rejected = get(mvc, "/limited");
            assertThat(rejected.getStatus()).isEqualTo(429);
            assertFields(rejected, "2", "0", "9");
        });
    }

    @Test
    void fieldsShouldHaveTheNamesThatAreConfigured() {
        servlet.withPropertyValues(ENABLED, "resilience.rate-limit-fields=x-rate-limit")
                .run(context -> {
                    MockHttpServletResponse response = get(mvc(context), "/limited");
                    assertThat(response.getHeader("X-RateLimit-Limit")).isEqualTo("2");
                    assertThat(response.getHeader("X-RateLimit-Remaining")).isEqualTo("1");
                    assertThat(response.getHeader("X-RateLimit-Reset")).isEqualTo("5");
                    assertThat(response.getHeader("RateLimit-Limit")).isNull();
                });
        servlet.withPropertyValues(ENABLED, "resilience.rate-limit-fields=structured")
                .run(context -> {
                    MockHttpServletResponse response = get(mvc(context), "/limited");
                    assertThat(response.getHeader("RateLimit-Policy")).isEqualTo("\"offers\";q=2;w=9");
                    assertThat(response.getHeader("RateLimit")).isEqualTo("\"offers\";r=1;t=5");
                    assertThat(response.getHeader("RateLimit-Limit")).isNull();
                });
    }

    @Test
    void nameInAStructuredFieldShouldBePrintable() {
        Map<String, String> fields = new LinkedHashMap<>();

        RateLimitFields.STRUCTURED.write(new RateLimitView("a\"\\\u00fc\n", 2, 9, 1, 5), fields::put);

        assertThat(fields)
                .containsEntry("RateLimit-Policy", "\"a\\\"\\\\??\";q=2;w=9")
                .containsEntry("RateLimit", "\"a\\\"\\\\??\";r=1;t=5");
    }

    @Test
    void unknownFieldsShouldBeAStartUpProblem() {
        servlet.withPropertyValues(ENABLED, "resilience.rate-limit-fields=mine")
                .run(context -> assertThat(context.getStartupFailure())
                        .hasMessageContaining("rate-limit-fields")
                        .hasMessageContaining("x-rate-limit"));
    }

    @Test
    void asyncServletResponseShouldHaveTheLimit() {
        servlet.withPropertyValues(ENABLED, "resilience.rate-limiter.instances.offers.limit=2")
                .run(context -> assertThat(get(mvc(context), "/async").getHeader("RateLimit-Remaining"))
                        .isEqualTo("1"));
    }

    @Test
    void handlerWithoutARateLimiterShouldHaveNoFields() {
        servlet.withPropertyValues(ENABLED).run(context -> {
            for (String path : new String[] {"/plain", "/retried", "/unknown"}) {
                assertThat(get(mvc(context), path).getHeaderNames()).noneMatch(name -> name.startsWith("RateLimit"));
            }
        });
    }

    @Test
    void limiterThatDoesNotEnforceShouldWriteNothing() {
        servlet.withPropertyValues(ENABLED, "resilience.rate-limiter.instances.offers.mode=observe")
                .run(context -> assertThat(get(mvc(context), "/limited").getHeader("RateLimit-Limit"))
                        .isNull());
        servlet.withPropertyValues(ENABLED).run(context -> {
            MockMvc mvc = mvc(context);
            get(mvc, "/limited");
            context.getBean(ResilienceRegistry.class)
                    .find(io.netrun.resilience.ratelimiter.RateLimiter.TYPE, "offers")
                    .orElseThrow()
                    .setEnabled(false);
            assertThat(get(mvc, "/limited").getHeader("RateLimit-Limit")).isNull();
        });
    }

    @Test
    void responseThatIsCommittedShouldBeLeftAlone() {
        servlet.withPropertyValues(ENABLED).run(context -> {
            MockHttpServletResponse response = get(mvc(context), "/committed");
            assertFields(response, "2", "1", "5");
            assertThat(response.isCommitted()).isTrue();
            assertThat(response.getContentAsByteArray()).containsExactly(1);
        });
    }

    @Test
    void reactiveResponseShouldHaveTheLimitAfterTheCall() {
        reactive.withPropertyValues(ENABLED).run(context -> {
            WebTestClient client =
                    WebTestClient.bindToApplicationContext(context).build();
            client.get().uri("/mono").exchange().expectHeader().valueEquals("RateLimit-Remaining", "1");
            client.get().uri("/plain").exchange().expectHeader().doesNotExist("RateLimit-Remaining");
        });
        reactive.withPropertyValues(ENABLED, "resilience.rate-limiter.instances.offers.limit=1")
                .run(context -> {
                    WebTestClient client =
                            WebTestClient.bindToApplicationContext(context).build();
                    client.get()
                            .uri("/limited")
                            .exchange()
                            .expectHeader()
                            .valueEquals("RateLimit-Limit", "1")
                            .expectHeader()
                            .valueEquals("RateLimit-Remaining", "0")
                            .expectHeader()
                            .valueEquals("RateLimit-Reset", "9");
                    client.get()
                            .uri("/mono")
                            .exchange()
                            .expectStatus()
                            .isEqualTo(429)
                            .expectHeader()
                            .valueEquals("RateLimit-Remaining", "0");
                });
    }

    @Test
    void nothingShouldBeWrittenUnlessEnabled() {
        servlet.run(context -> assertThat(context).doesNotHaveBean(RateLimitServletFilter.class));
        reactive.run(context -> assertThat(context).doesNotHaveBean(RateLimitWebFilter.class));
    }
}

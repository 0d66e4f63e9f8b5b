package io.netrun.resilience.spring.aop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.annotation.Fallback;
import io.netrun.resilience.annotation.Hedge;
import io.netrun.resilience.annotation.RateLimiter;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.spring.actuate.ResilienceEndpoint;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceEndpointAutoConfiguration;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowingConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** {@code @Hedge(alternative = …)}: another method for the attempts after the first. */
@org.junit.jupiter.api.Timeout(120)
class HedgeAlternativeTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    AopAutoConfiguration.class,
                    ResilienceAutoConfiguration.class,
                    ResilienceEndpointAutoConfiguration.class))
            .withPropertyValues("management.endpoints.web.exposure.include=resilience")
            .withBean("quotes", Quotes.class)
            .withBean("mirrors", Mirrors.class);

    private void with(ThrowingConsumer<Quotes> test) {
        runner.run(context -> {
            assertThat(context).hasNotFailed();
            test.accept(context.getBean(Quotes.class));
        });
    }

    @Test
    void furtherAttemptShouldCallAMethodOfTheClass() {
        with(quotes -> {
            assertThat(quotes.quote("a")).isEqualTo("mirror a");
            assertThat(quotes.made()).isEqualTo(1);
            assertThat(quotes.generic(List.of("a", "b"))).containsExactly("mirror", "a", "b");
        });
    }

    @Test
    void furtherAttemptShouldCallTheMethodOfAnotherBean() {
        with(quotes -> assertThat(quotes.quoteOfBean("a")).isEqualTo("mirror a of the bean"));
    }

    @Test
    void slowAttemptShouldLoseAgainstTheAlternative() {
        with(quotes -> assertThat(quotes.slow("a")).isEqualTo("mirror a"));
    }

    @Test
    void futureShouldComeFromTheAlternative() {
        with(quotes -> {
            assertThat(quotes.stage("a").toCompletableFuture().join()).isEqualTo("mirror a");
            assertThat(of(quotes.future("a"))).isEqualTo("mirror a");
        });
    }

    private static Object of(Future<?> future) {
        try {
            return future.get(60, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void publisherShouldComeFromTheAlternative() {
        with(quotes -> {
            assertThat(quotes.mono("a").block()).isEqualTo("mirror a");
            assertThat(quotes.mono("a").block()).isEqualTo("mirror a");
            assertThat(quotes.flux("a").collectList().block()).containsExactly("mirror", "a");
        });
    }

    @Test
    void failureOfTheAlternativeShouldBeTheCalls() {
        with(quotes -> {
            assertThatThrownBy(() -> quotes.hopeless("a"))
                    .isInstanceOf(IOException.class)
                    .hasMessage("mirror a");
            assertThat(quotes.recovered("a")).isEqualTo("fallback after mirror a");
        });
    }

    @Test
    void circuitInsideShouldCountTheAlternative() {
        runner.run(context -> {
            Quotes quotes = context.getBean(Quotes.class);
            assertThatThrownBy(() -> quotes.watched("a")).isInstanceOf(IOException.class);
            assertThat(context.getBean(ResilienceRegistry.class)
                            .find(io.netrun.resilience.circuitbreaker.CircuitBreaker.TYPE, "watched")
                            .orElseThrow()
                            .metrics()
                            .totalFailed())
                    .isEqualTo(2);
        });
    }

    @Test
    void keyedHedgeShouldCallTheAlternative() {
        with(quotes -> {
            assertThat(quotes.ofTenant("a")).isEqualTo("mirror a");
            assertThat(quotes.ofTenant("b")).isEqualTo("mirror b");
        });
    }

    @Test
    void adviceOfTheCalledBeanShouldNotApplyTwice() {
        with(quotes -> {
            assertThat(quotes.ofItself("a")).isEqualTo("mirror a");
            assertThat(quotes.ofItself("b")).isEqualTo("mirror b"); // the limit of the alternative allows one call
        });
        runner.withBean(Whole.class).run(context -> {
            Whole whole = context.getBean(Whole.class);
            assertThatThrownBy(() -> whole.quote("a")).hasMessage("mirror");
            assertThat(Whole.MIRRORED.get()).isEqualTo(1);
            assertThatThrownBy(() -> whole.mirror("a")).hasMessage("mirror");
            assertThat(Whole.MIRRORED.get()).isEqualTo(3);
        });
    }

    @Test
    void adviceOfAnotherBeanShouldApply() {
        with(quotes -> {
            assertThat(quotes.ofLimited("a")).isEqualTo("limited a");
            assertThatThrownBy(() -> quotes.ofLimited("a")).hasMessageContaining("limited");
        });
    }

    @Test
    void overloadWithTheVeryParametersShouldBeChosen() {
        with(quotes -> assertThat(quotes.overloaded("a")).isEqualTo("text a"));
    }

    @Test
    void endpointShouldShowTheAlternative() {
        runner.run(context -> {
            Map<?, ?> methods =
                    (Map<?, ?>) context.getBean(ResilienceEndpoint.class).all().get("methods");
            assertThat(methods.get(Quotes.class.getName() + ".quoteOfBean(String)"))
                    .asString()
                    .contains("alternative=mirrors.quote");
            assertThat(methods.get(Quotes.class.getName() + ".quote(String)"))
                    .asString()
                    .contains("alternative=mirror");
        });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    Misspelt    | @Hedge finds no method named 'miror'                     | Did you mean 'mirror'?
                    NoBean      | @Hedge finds no bean named 'mirors'                      | Did you mean 'mirrors'?
                    NoMethod    | @Hedge has alternativeBean 'mirrors', but names no method | Set 'alternative' to the name of the method
                    WrongType   | @Hedge finds no matching method 'mirror'                 | Declare the parameters (String), and return String
                    NoArguments | @Hedge finds no matching method 'mirror'                 | Declare the parameters (String), and return String
                    Boxed       | @Hedge finds no matching method 'mirror'                 | Declare the parameters (Long), and return String
                    Hidden      | @Hedge finds no matching method 'hidden'                 | and do not make it private
                    Ambiguous   | @Hedge finds several methods 'mirror'                    | or declare exactly the parameters (String)
                    """)
    void alternativeThatDoesNotFitShouldStopTheStart(String type, String problem, String remedy) throws Exception {
        Class<?> bean = Class.forName(HedgeAlternativeTests.class.getName() + "$" + type);
        runner.withBean(bean)
                .run(context -> assertThat(context)
                        .getFailure()
                        .isInstanceOf(ResilienceConfigurationException.class)
                        .hasMessageContaining(type + ".quote: " + problem)
                        .hasMessageContaining(remedy));
    }

    static class Quotes {

        private final AtomicInteger made = new AtomicInteger();

        public int made() {
            return made.get();
        }

        private <T> T fail(String id) throws IOException {
            made.incrementAndGet();
            throw new IOException("own " + id);
        }

        @Hedge(alternative = "mirror", delay = "1h", onFailure = "true")
        public String quote(String id) throws IOException {
            return fail(id);
        }

        @Hedge(alternative = "mirrorOfAll", delay = "1h", onFailure = "true")
        public List<String> generic(List<String> ids) throws IOException {
            return fail("all");
        }

        private List<String> mirrorOfAll(List<String> ids) {
            return List.of("mirror", ids.get(0), ids.get(1));
        }

        @Hedge(alternative = "quote", alternativeBean = "mirrors", delay = "1h", onFailure = "true")
        public String quoteOfBean(String id) throws IOException {
            return fail(id);
        }

        @Hedge(alternative = "limited", alternativeBean = "mirrors", delay = "1h", onFailure = "true")
        public String ofLimited(String id) throws IOException {
            return fail(id);
        }

        @Hedge(alternative = "limitedMirror", alternativeBean = "quotes", delay = "1h", onFailure = "true")
        public String ofItself(String id) throws IOException {
            return fail(id);
        }

        @RateLimiter(limit = 1, period = "1h")
        public String limitedMirror(String id) {
            return mirror(id);
        }

        @Hedge(alternative = "mirror", delay = "10ms")
        public String slow(String id) throws InterruptedException {
            new CountDownLatch(1).await();
            return "own " + id;
        }

        private String mirror(String id) {
            return "mirror " + id;
        }

        @Hedge(alternative = "laterMirror", delay = "1h", onFailure = "true")
        public CompletionStage<String> stage(String id) {
            return CompletableFuture.failedFuture(new IOException("own " + id));
        }

        @Hedge(alternative = "laterMirror", delay = "1h", onFailure = "true")
        public Future<String> future(String id) {
            return CompletableFuture.failedFuture(new IOException("own " + id));
        }

        private CompletableFuture<String> laterMirror(String id) {
            return CompletableFuture.completedFuture("mirror " + id);
        }

        @Hedge(alternative = "monoMirror", delay = "1h", onFailure = "true")
        public Mono<String> mono(String id) {
            return Mono.error(new IOException("own " + id));
        }

        private Mono<String> monoMirror(String id) {
            return Mono.fromSupplier(() -> "mirror " + id);
        }

        @Hedge(alternative = "fluxMirror", delay = "10ms")
        public Flux<String> flux(String id) {
            return Flux.never();
        }

        private Flux<String> fluxMirror(String id) {
            return Flux.just("mirror", id);
        }

        @Hedge(alternative = "failingMirror", delay = "1h", onFailure = "true")
        public String hopeless(String id) throws IOException {
            return fail(id);
        }

        @Hedge(alternative = "failingMirror", delay = "1h", onFailure = "true")
        @Fallback(method = "afterAll")
        public String recovered(String id) throws IOException {
            return fail(id);
        }

        private String afterAll(String id, IOException failure) {
            return "fallback after " + failure.getMessage();
        }

        @Hedge(alternative = "failingMirror", delay = "1h", onFailure = "true")
        @CircuitBreaker(name = "watched")
        public String watched(String id) throws IOException {
            return fail(id);
        }

        private String failingMirror(String id) throws IOException {
            throw new IOException("mirror " + id);
        }

        @Hedge(name = "tenants", key = "#p0", alternative = "mirror", delay = "1h", onFailure = "true")
        public String ofTenant(String id) throws IOException {
            return fail(id);
        }

        @Hedge(alternative = "typed", delay = "1h", onFailure = "true")
        public String overloaded(String id) throws IOException {
            return fail(id);
        }

        private String typed(Object id) {
            return "object " + id;
        }

        private String typed(String id) {
            return "text " + id;
        }
    }

    static class Mirrors {

        public String quote(String id) {
            return "mirror " + id + " of the bean";
        }

        @RateLimiter(name = "limited", limit = 1, period = "1h")
        public String limited(String id) {
            return "limited " + id;
        }

        private String hidden(String id) {
            return id;
        }
    }

    @Hedge(name = "whole", alternative = "mirror", delay = "1h", onFailure = "true", idempotent = true)
    @Retry(name = "whole", maxAttempts = 2, baseDelay = "1ms", exceptions = IllegalArgumentException.class)
    static class Whole {

        static final AtomicInteger MIRRORED = new AtomicInteger();

        public String quote(String id) {
            throw new IllegalStateException("own");
        }

        public String mirror(String id) {
            MIRRORED.incrementAndGet();
            throw new IllegalStateException("mirror");
        }
    }

    static class Misspelt {

        @Hedge(alternative = "miror")
        public String quote(String id) {
            return id;
        }

        String mirror(String id) {
            return id;
        }
    }

    static class NoBean {

        @Hedge(alternative = "quote", alternativeBean = "mirors")
        public String quote(String id) {
            return id;
        }
    }

    static class NoMethod {

        @Hedge(alternativeBean = "mirrors")
        public String quote(String id) {
            return id;
        }
    }

    static class WrongType {

        @Hedge(alternative = "mirror")
        public String quote(String id) {
            return id;
        }

        int mirror(String id) {
            return id.length();
        }
    }

    static class NoArguments {

        @Hedge(alternative = "mirror")
        public String quote(String id) {
            return id;
        }

        String mirror() {
            return "";
        }
    }

    static class Boxed {

        @Hedge(alternative = "mirror")
        public String quote(Long id) {
            return "" + id;
        }

        String mirror(long id) {
            return "" + id;
        }
    }

    static class Hidden {

        @Hedge(alternative = "hidden", alternativeBean = "mirrors")
        public String quote(String id) {
            return id;
        }
    }

    static class Ambiguous {

        @Hedge(alternative = "mirror")
        public String quote(String id) {
            return id;
        }

        String mirror(Object id) {
            return "" + id;
        }

        String mirror(CharSequence id) {
            return "" + id;
        }
    }
}

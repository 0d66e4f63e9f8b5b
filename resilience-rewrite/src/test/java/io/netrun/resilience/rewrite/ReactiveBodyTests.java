package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Methods that return a publisher and run once there, and for each attempt here. */
class ReactiveBodyTests {

    private static final String RETRY = "io.github.resilience4j.retry.annotation.Retry";

    private static Project moved(String onClass, String onMethod, String type, String body) {
        return new Project()
                .with("src/main/java/Calls.java", """
                    import %s;
                    import io.github.resilience4j.circuitbreaker.annotation.CircuitBreaker;
                    import java.util.concurrent.*;
                    import reactor.core.publisher.*;

                    %s
                    class Calls {
                        private int calls;
                        private String last;

                        %s
                        public %s pay(String id) {
                            %s
                        }
                    }
                    """.formatted(RETRY, onClass, onMethod, type, body))
                .after(new FromResilience4j(false));
    }

    private static List<String> left(Project after) {
        return after.left().stream().filter(row -> row.contains("Calls.pay: ")).toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "calls++; return client.pay(id);",
                "last = id; return client.pay(id);",
                "calls += 1; return client.pay(id);",
                "counter.increment(); return client.pay(id);",
                "String token = tokens.fetch(); return client.pay(id, token);",
                "if (ThreadLocalRandom.current().nextBoolean()) { throw new IllegalStateException(); } return null;",
                "return Mono.just(repository.load(id));",
                "return Mono.fromFuture(client.payAsync(id));",
                "return Mono.just(id).map(x -> x).flatMap(x -> Mono.just(x)).then(Mono.just(repository.load(id)));",
            })
    void bodyThatDoesMoreShouldBeListed(String body) {
        assertThat(left(moved("", "@Retry(name = \"a\")", "Mono<String>", body)))
                .singleElement()
                .asString()
                .contains("@Retry at Calls.pay: There, the method is called once")
                .contains("It does more than build its Mono");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "return client.get().uri(\"/pay\", id).retrieve().bodyToMono(String.class);",
                "return Mono.defer(() -> { calls++; return client.pay(id); });",
                "return Mono.fromCallable(() -> repository.load(id));",
                "log.info(\"pays {}\", id); return client.pay(id);",
                "Mono<String> paid = client.pay(id); return paid.map(String::trim);",
                "return Mono.just(id);",
                "return Mono.error(new IllegalStateException());",
            })
    void bodyThatOnlyBuildsItsResultShouldNotBeListed(String body) {
        assertThat(left(moved("", "@Retry(name = \"a\")", "Mono<String>", body)))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"reactor.core.publisher.Flux<String>", "io.reactivex.rxjava3.core.Single<String>"})
    void otherPublishersShouldBeListed(String type) {
        assertThat(left(moved("", "@Retry(name = \"a\")", type, "calls++; return null;")))
                .hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"CompletionStage<String>", "String", "java.util.List<Mono<String>>"})
    void whatIsCalledForEachAttemptThereShouldNotBeListed(String type) {
        assertThat(left(moved("", "@Retry(name = \"a\")", type, "calls++; return null;")))
                .isEmpty();
    }

    @Test
    void methodOfARetriedClassShouldBeListed() {
        assertThat(left(moved("@Retry(name = \"a\")", "", "Mono<String>", "calls++; return null;")))
                .hasSize(1);
    }

    @Test
    void methodWithoutARetryShouldNotBeListed() {
        assertThat(left(moved("", "@CircuitBreaker(name = \"a\")", "Mono<String>", "calls++; return null;")))
                .isEmpty();
    }

    @Test
    void methodOfSpring7ShouldBeListed() {
        Project after = new Project().with("src/main/java/Calls.java", """
                    import org.springframework.resilience.annotation.Retryable;
                    import reactor.core.publisher.Mono;

                    class Calls {
                        private int calls;

                        @Retryable
                        public Mono<String> pay() {
                            calls++;
                            return Mono.empty();
                        }

                        @Retryable
                        public Mono<String> only() {
                            return Mono.empty();
                        }
                    }
                    """).after(new FromSpringFramework7(false));

        assertThat(after.left())
                .filteredOn(row -> row.contains("is called once"))
                .singleElement()
                .asString()
                .contains("@Retryable at Calls.pay: ");
    }
}

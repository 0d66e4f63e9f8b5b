package io.netrun.resilience.spring.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.spring.ShopBeans.PaymentClient;
import io.netrun.resilience.spring.actuate.Chains;
import io.netrun.resilience.spring.actuate.History;
import io.netrun.resilience.spring.actuate.Node;
import io.netrun.resilience.spring.actuate.Operators;
import io.netrun.resilience.spring.actuate.Overview;
import io.netrun.resilience.spring.actuate.ResilienceEndpoint;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.event.OperatorJournal;
import io.netrun.resilience.spring.event.RecentEvents;
import io.netrun.resilience.spring.method.MethodPipelines;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.mock.env.MockEnvironment;

/**
 * Settings that nobody would write, in the configuration and to the endpoint: the same in every build, others with
 * another seed.
 */
class FuzzedSettingsTests {

    private static final List<String> VALUES = List.of(
            "",
            " ",
            "0",
            "1",
            "-1",
            "3",
            "50",
            "1.5",
            "1e9",
            "99999999999999999999",
            "NaN",
            "Infinity",
            "true",
            "false",
            "1s",
            "500ms",
            "-5s",
            "PT1M",
            "P1000000000D",
            "1y",
            "soon",
            "none",
            "full",
            "wrap",
            "rethrow",
            "count-window",
            "java.lang.String",
            "java.io.IOException",
            "no.such.Thing",
            "${missing}",
            "${java.version}",
            "#{1+1}",
            "[]",
            "a,b",
            "null",
            "\u0000",
            "\u202e",
            "<script>",
            "'",
            "\"");

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class))
            .withBean(PaymentClient.class);

    /** Either the application starts, or it fails with a message of ours or of Spring Boot's. */
    @Property(tries = 150, seed = "20261126")
    void configurationShouldStartOrFailWithAMessage(@ForAll("properties") List<String> properties) {
        runner.withPropertyValues(properties.toArray(String[]::new)).run(context -> {
            Throwable failure = context.getStartupFailure();
            if (failure != null) {
                assertThat(causes(failure))
                        .anySatisfy(cause -> assertThat(cause)
                                .isInstanceOfAny(ResilienceConfigurationException.class, BindException.class));
            }
        });
    }

    @Provide
    Arbitrary<List<String>> properties() {
        Arbitrary<String> pattern = Arbitraries.of(Stream.concat(
                        PatternDescriptors.all().stream().map(PatternDescriptor::key),
                        Stream.of("retyr", "", "circuit_breaker", "order", "validation"))
                .toList());
        Arbitrary<String> group = Arbitraries.of(
                "defaults",
                "instances.payments",
                "instances.[a.b]",
                "instances.[]",
                "instances",
                "instance.payments",
                "instances.a.b.c");
        Arbitrary<String> key = Arbitraries.of(Stream.concat(
                        PatternDescriptors.all().stream()
                                .flatMap(each -> Setting.of(each).stream().map(Setting::key)),
                        Stream.of(
                                "enabled",
                                "health",
                                "max-atempts",
                                "",
                                "x.y",
                                "maxAttempts",
                                "MAX_ATTEMPTS",
                                "exceptions[0]"))
                .toList());
        return Combinators.combine(pattern, group, key, Arbitraries.of(VALUES))
                .as((first, second, third, value) -> "resilience." + first + "." + second + "." + third + "=" + value)
                .list()
                .ofMinSize(1)
                .ofMaxSize(4);
    }

    /** The change is applied as a whole, or it is rejected and nothing has changed. */
    @Property(tries = 2_000, seed = "20261126")
    void changeShouldBeMadeWholeOrNotAtAll(@ForAll("instances") String pattern, @ForAll("changes") String settings) {
        Living living = new Living();
        Map<String, Record> before = living.configs();
        WebEndpointResponse<Map<String, Object>> answer =
                living.endpoint.act(pattern, "payments", null, settings, null, null, null, null, SecurityContext.NONE);
        assertThat(answer.getStatus()).isIn(200, 400);
        if (answer.getStatus() != 200) {
            assertThat(living.configs()).isEqualTo(before);
            assertThat(answer.getBody()).containsKeys("error", "remedy");
            assertThat(String.valueOf(answer.getBody())).hasSizeLessThan(5_000);
        }
    }

    /** Nothing that is not an action does anything. */
    @Property(tries = 500, seed = "20261126")
    void unknownActionShouldBeRejected(@ForAll("instances") String pattern, @ForAll String action) {
        Living living = new Living();
        WebEndpointResponse<Map<String, Object>> answer =
                living.endpoint.act(pattern, "payments", action, null, null, null, null, null, SecurityContext.NONE);
        if (!List.of("reset", "half-open", "force-open", "disable").contains(action)) {
            assertThat(answer.getStatus()).isEqualTo(400);
        }
    }

    @Provide
    Arbitrary<String> instances() {
        return Arbitraries.of("retry", "bulkhead", "circuit-breaker");
    }

    @Provide
    Arbitrary<String> changes() {
        Arbitrary<String> name = Arbitraries.of(
                "maxAttempts",
                "baseDelay",
                "maxConcurrent",
                "maxQueue",
                "maxWait",
                "failureThreshold",
                "openDuration",
                "enabled",
                "exceptions",
                "budget",
                "jitter",
                "detection",
                "nothing",
                "",
                "class");
        Arbitrary<String> assignment = Combinators.combine(
                        name, Arbitraries.of("=", " = ", "", "=="), Arbitraries.of(VALUES))
                .as((left, sign, right) -> left + sign + right);
        Arbitrary<String> written = assignment.list().ofMaxSize(4).map(all -> String.join(", ", all));
        return Arbitraries.oneOf(written, Arbitraries.strings().ofMaxLength(200));
    }

    private static Stream<Throwable> causes(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause);
    }

    /** Three instances and the endpoint over them, without an application. */
    private static final class Living {

        private final ResilienceRegistry registry = ResilienceRegistry.create();
        private final ResilienceEndpoint endpoint;

        Living() {
            MockEnvironment environment = new MockEnvironment();
            InstanceFactory instances =
                    new InstanceFactory(() -> registry, new SettingsResolver(environment), List::of, true);
            instances.obtain(PatternDescriptors.of(Retry.TYPE), "payments", Map.of(), "test");
            instances.obtain(PatternDescriptors.of(Bulkhead.TYPE), "payments", Map.of(), "test");
            instances.obtain(PatternDescriptors.of(CircuitBreaker.TYPE), "payments", Map.of(), "test");
            Chains chains = new Chains(
                    () -> List.of(new MethodPipelines(
                            () -> instances,
                            PatternDescriptors.slots(),
                            environment,
                            new DefaultListableBeanFactory())),
                    List::of,
                    Map::of);
            Operators operators = new Operators(
                    instances, new OperatorJournal(new RecentEvents(), event -> {}), true, Optional::empty);
            Overview overview = new Overview(
                    registry,
                    chains,
                    operators,
                    new History(registry, Map::of, Runnable::run),
                    policy -> List.of(),
                    policy -> List.of(),
                    List::of,
                    Node.of("test", Instant.EPOCH));
            endpoint = new ResilienceEndpoint(registry, chains, instances, operators, overview, policy -> List.of());
        }

        Map<String, Record> configs() {
            return registry.all().stream()
                    .collect(Collectors.toMap(policy -> policy.type().key(), policy -> policy.config()));
        }
    }
}

package io.netrun.resilience.spring.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceHttpClientsAutoConfiguration;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.http.HttpMethod;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.mock.env.MockEnvironment;

/** What an application reports about its HTTP clients at startup. */
@ExtendWith(OutputCaptureExtension.class)
class HttpClientSettingsTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ResilienceAutoConfiguration.class, ResilienceHttpClientsAutoConfiguration.class));

    @Configuration(proxyBeanMethods = false)
    static class PricesClient {

        @Bean
        ClientHttpRequestInterceptor prices(ResilientRestClients resilience) {
            return resilience.interceptor("prices");
        }
    }

    @Test
    void wrongValuesOfAllClientsShouldBeReportedTogether() {
        runner.withPropertyValues(
                        "resilience.http-clients.prices.failure-statuses=5xx,6xx",
                        "resilience.http-clients.prices.retry-methods=GET,PSOT",
                        "resilience.http-clients.prices.bulkhead=prices",
                        "resilience.http-clients.stock.retry=stock",
                        "resilience.retry.instances.stock.max-attempts=0")
                .run(context -> assertThat(problems(context))
                        .extracting(Problem::description)
                        .satisfiesExactlyInAnyOrder(
                                statuses -> assertThat(statuses)
                                        .contains("resilience.http-clients.prices", "failure-statuses has '6xx'"),
                                methods -> assertThat(methods).contains("retry-methods has 'PSOT'"),
                                retry -> assertThat(retry).contains("maxAttempts is 0")));
    }

    @Test
    void wrongValuesOfOneClientShouldBeReportedAtOnce() {
        runner.withPropertyValues(
                        "resilience.http-clients.prices.failure-statuses=6xx,429,none,0",
                        "resilience.http-clients.prices.retry-methods=PSOT,GTE",
                        "resilience.http-clients.prices.circuit-braker=prices",
                        "resilience.http-clients.prices.retry=prices",
                        "resilience.retry.instances.prices.max-attempts=0")
                .run(context -> assertThat(problems(context))
                        .extracting(Problem::description)
                        .satisfiesExactlyInAnyOrder(
                                key -> assertThat(key).contains("unknown key 'circuit-braker'"),
                                first -> assertThat(first).contains("failure-statuses has '6xx'"),
                                second -> assertThat(second).contains("failure-statuses has 'none'"),
                                third -> assertThat(third).contains("failure-statuses has '0'"),
                                method -> assertThat(method).contains("retry-methods has 'PSOT'"),
                                other -> assertThat(other).contains("retry-methods has 'GTE'"),
                                retry -> assertThat(retry).contains("maxAttempts is 0")));
    }

    @Test
    void unreadableValuesOfOneClientShouldBeReportedAtOnce() {
        runner.withPropertyValues(
                        "resilience.http-clients.prices.failure-statuses[1]=5xx",
                        "resilience.http-clients.prices.retry-methods[2]=GET",
                        "resilience.http-clients.prices.retry=prices",
                        "resilience.retry.instances.prices.max-attempts=0")
                .run(context -> assertThat(problems(context))
                        .extracting(Problem::description)
                        .satisfiesExactlyInAnyOrder(
                                statuses -> assertThat(statuses).contains("failure-statuses", "cannot be read"),
                                methods -> assertThat(methods).contains("retry-methods", "cannot be read"),
                                retry -> assertThat(retry).contains("maxAttempts is 0")));
    }

    @Test
    void wrongStatusesOfAClientInCodeShouldBeReportedAtOnce() {
        runner.run(context -> {
            ResilientRestClients resilience = context.getBean(ResilientRestClients.class);
            assertThatThrownBy(() -> resilience.interceptor(spec -> spec.failureStatuses("6xx", "5xx", "abc")))
                    .isInstanceOfSatisfying(
                            ResilienceConfigurationException.class,
                            wrong -> assertThat(wrong.problems()).hasSize(2));
        });
    }

    @Test
    void mistypedMethodShouldBeReportedWithASuggestion() {
        runner.withPropertyValues(
                        "resilience.http-clients.prices.retry=prices",
                        "resilience.http-clients.prices.retry-methods=PSOT")
                .run(context -> assertThat(problems(context))
                        .singleElement()
                        .satisfies(problem -> assertThat(problem.remedy()).contains("Did you mean 'POST'")));
    }

    @Test
    void unknownKeyShouldBeReportedWithASuggestion() {
        runner.withPropertyValues("resilience.http-clients.prices.circuit-braker=prices")
                .run(context -> assertThat(problems(context)).singleElement().satisfies(problem -> {
                    assertThat(problem.description())
                            .contains(
                                    "unknown key 'circuit-braker'",
                                    "http-clients[prices]",
                                    "(\"resilience.http-clients.prices.circuit-braker\" from property source"
                                            + " \"test\")");
                    assertThat(problem.remedy()).contains("Did you mean 'circuit-breaker'");
                    assertThat(problem.tolerable()).isTrue();
                }));
    }

    @Test
    void keysShouldBeThoseOfThePatternsThatClientsCanUse() {
        assertThat(HttpClientProperties.KEYS)
                .contains("timeout", "circuit-breaker", "attempt-timeout", "failure-statuses", "retry-methods")
                .doesNotContain("fallback");
    }

    @ParameterizedTest
    @FieldSource("io.netrun.resilience.spring.http.HttpClientProperties#INSTANCE_KEYS")
    void clientShouldUseAnInstanceOfEachPattern(String key) {
        runner.withPropertyValues("resilience.http-clients.prices." + key + "=prices")
                .run(context -> {
                    HttpClients clients = context.getBean(HttpClients.class);
                    assertThat(List.of(clients.of("prices"), clients.of(spec -> spec.use(key, "prices"))))
                            .allSatisfy(client -> assertThat(
                                            client.plan().repeating().policies())
                                    .singleElement()
                                    .satisfies(policy -> {
                                        assertThat(policy.name()).isEqualTo("prices");
                                        assertThat(key).endsWith(policy.type().key());
                                    }));
                });
    }

    @ParameterizedTest
    @CsvSource({"retyr, Did you mean 'retry'?", "fallback, Known: timeout", "failure-statuses, Known: timeout"})
    void clientInCodeShouldNotUseWhatIsNoPattern(String key, String remedy) {
        assertThatThrownBy(() -> new HttpClientSpec().use(key, "prices"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("HTTP clients cannot use '" + key + "'", remedy);
    }

    @Test
    void fallbackShouldBeAnUnknownKeyOfClients() {
        runner.withPropertyValues("resilience.http-clients.prices.fallback=prices")
                .run(context -> assertThat(problems(context))
                        .singleElement()
                        .satisfies(problem -> assertThat(problem.description()).contains("unknown key 'fallback'")));
    }

    @Test
    void valueInsteadOfSettingsShouldBeReported() {
        runner.withPropertyValues("resilience.http-clients.prices=retry")
                .run(context -> assertThat(problems(context))
                        .singleElement()
                        .satisfies(problem ->
                                assertThat(problem.description()).contains("has a value, but takes settings")));
    }

    @Test
    void clientThatTheConfigurationDoesNotKnowShouldStopTheStart() {
        runner.withUserConfiguration(PricesClient.class)
                .withPropertyValues("resilience.http-clients.price.retry=prices")
                .run(context -> assertThat(problems(context)).singleElement().satisfies(problem -> {
                    assertThat(problem.description()).contains("HTTP client 'prices'");
                    assertThat(problem.remedy()).contains("Did you mean 'price'");
                }));
    }

    @Test
    void clientAskedForLaterShouldBeCheckedThen() {
        runner.run(context -> {
            ResilientRestClients resilience = context.getBean(ResilientRestClients.class);
            assertThatThrownBy(() -> resilience.interceptor("late"))
                    .isInstanceOf(ResilienceConfigurationException.class)
                    .hasMessageContaining("HTTP client 'late'");
            assertThatThrownBy(() -> resilience.interceptor(spec -> spec.failureStatuses("none", "500")))
                    .isInstanceOf(ResilienceConfigurationException.class);
            assertThat(context.getBean(ResilienceRegistry.class).all()).isEmpty();
        });
    }

    @Test
    void clientInCodeShouldBeCalledByItsName() {
        runner.run(context -> {
            ResilientRestClients resilience = context.getBean(ResilientRestClients.class);
            assertThatThrownBy(() -> resilience.interceptor("stock", spec -> spec.failureStatuses("6xx")))
                    .isInstanceOf(ResilienceConfigurationException.class)
                    .hasMessageContaining("HTTP client 'stock' in code: failure-statuses has '6xx'");
            assertThatThrownBy(() -> resilience.interceptor("stock", spec -> spec.failureStatuses("6xx")))
                    .hasMessageContaining("HTTP client 'stock' in code #2: ");
            assertThatThrownBy(() -> resilience.interceptor("orders", spec -> spec.failureStatuses("6xx")))
                    .hasMessageContaining("HTTP client 'orders' in code: ");
            assertThatThrownBy(() -> resilience.interceptor(" ", spec -> {}))
                    .isInstanceOf(IllegalArgumentException.class);
        });
    }

    @Test
    void instancesOfAClientShouldCountAsUsed(CapturedOutput output) {
        runner.withPropertyValues(
                        "resilience.http-clients.prices.retry=prices",
                        "resilience.retry.instances.prices.max-attempts=5")
                .run(context -> {
                    assertThat(context.getBean(ResilienceRegistry.class)
                                    .find(Retry.TYPE, "prices")
                                    .orElseThrow()
                                    .config()
                                    .maxAttempts())
                            .isEqualTo(5);
                    assertThat(output).doesNotContain("no annotation names it");
                });
    }

    @Test
    void sumsThatDoNotFitShouldBeLogged(CapturedOutput output) {
        runner.withPropertyValues(
                        "resilience.http-clients.prices.timeout=prices",
                        "resilience.http-clients.prices.retry=prices",
                        "resilience.timeout.instances.prices.duration=1s")
                .run(context -> assertThat(output)
                        .contains("HTTP client 'prices': the waits between 3 attempts of Retry 'prices'"));
    }

    @Test
    void policiesShouldComeInTheOrderOfTheApplication() {
        runner.withPropertyValues(
                        "resilience.order=retry,timeout",
                        "resilience.http-clients.prices.timeout=t",
                        "resilience.http-clients.prices.retry=r",
                        "resilience.http-clients.prices.circuit-breaker=c")
                .run(context -> assertThat(context.getBean(HttpClients.class).pipelines())
                        .extractingByKey("HTTP client 'prices'")
                        .hasToString("Pipeline[retry 'r' > timeout 't' > circuit-breaker 'c']"));
    }

    @Test
    void methodsShouldBeReadInUpperAndLowerCase() {
        runner.withPropertyValues(
                        "resilience.http-clients.prices.retry=prices",
                        "resilience.http-clients.prices.retry-methods=get,Post")
                .run(context -> assertThat(clients(context)
                                .of("prices")
                                .plan()
                                .retryMethods()
                                .methods())
                        .containsExactlyInAnyOrder(HttpMethod.GET, HttpMethod.POST));
    }

    @Test
    void methodOfAnotherStandardShouldBeRepeated() {
        runner.withPropertyValues("resilience.http-clients.prices.retry=prices").run(context -> {
            RepeatedMethods byDefault = clients(context).of("prices").plan().retryMethods();
            assertThat(byDefault.contains(HttpMethod.valueOf("PROPFIND"))).isTrue();
            assertThat(byDefault.contains(HttpMethod.valueOf("FETCH-ALL"))).isTrue();
            assertThat(byDefault.contains(HttpMethod.GET)).isTrue();
            assertThat(byDefault.contains(HttpMethod.POST)).isFalse();
            assertThat(byDefault.contains(HttpMethod.PATCH)).isFalse();
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"PROPFIND", "COPY", "X-REINDEX"})
    void methodOfAnotherStandardShouldBeConfigurable(String method) {
        runner.withPropertyValues(
                        "resilience.http-clients.prices.retry=prices",
                        "resilience.http-clients.prices.retry-methods=" + method)
                .run(context -> {
                    RepeatedMethods methods =
                            clients(context).of("prices").plan().retryMethods();
                    assertThat(methods.contains(HttpMethod.valueOf(method))).isTrue();
                    assertThat(methods.contains(HttpMethod.GET)).isFalse();
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"[0].retry=prices", "[0]=prices"})
    void listInPlaceOfClientsShouldStopTheStart(String element) {
        runner.withPropertyValues("resilience.http-clients" + element)
                .run(context -> assertThat(problems(context)).singleElement().satisfies(problem -> {
                    assertThat(problem.description())
                            .isEqualTo("The property 'resilience.http-clients' is a list, but takes keys");
                    assertThat(problem.remedy()).contains("name of each client");
                }));
    }

    @Test
    void clientAskedForAgainShouldBeTheSame() {
        runner.withPropertyValues("resilience.http-clients.prices.retry=prices").run(context -> {
            ProtectedClient first = clients(context).of("prices");
            assertThat(clients(context).of("prices")).isSameAs(first);
        });
    }

    @Test
    void clientsShouldNotBeKeptWhereEverythingIsSwitchedOff() {
        runner.withPropertyValues("resilience.enabled=false").run(context -> {
            clients(context).of("anything");
            clients(context).of(spec -> {});
            assertThat(clients(context).pipelines()).isEmpty();
        });
    }

    @Test
    void changeShouldReachTheLivingClient() {
        runner.withPropertyValues("resilience.http-clients.prices.retry=prices").run(context -> {
            ProtectedClient client = clients(context).of("prices");
            change(context, "resilience.http-clients.prices.retry-methods", "POST");
            assertThat(client.plan().retryMethods().methods()).containsExactly(HttpMethod.POST);
            assertThat(clients(context).pipelines().get("HTTP client 'prices'").policies())
                    .hasSize(1);
        });
    }

    @Test
    void wrongChangeShouldLeaveEveryClientAsItIs() {
        runner.withPropertyValues(
                        "resilience.http-clients.prices.retry=prices", "resilience.http-clients.stock.retry=stock")
                .run(context -> {
                    ClientPlan before = clients(context).of("stock").plan();
                    TestPropertyValues.of("resilience.http-clients.stock.retry-methods=POST")
                            .applyTo(context);
                    assertThatThrownBy(() -> change(context, "resilience.http-clients.prices.retry-methods", "PSOT"))
                            .isInstanceOf(ResilienceConfigurationException.class)
                            .hasMessageContaining("PSOT");
                    assertThat(clients(context).of("stock").plan()).isSameAs(before);
                });
    }

    @Test
    void changeOfSomethingElseShouldLeaveTheClientsAlone() {
        runner.withPropertyValues("resilience.http-clients.prices.retry=prices").run(context -> {
            ClientPlan before = clients(context).of("prices").plan();
            change(context, "resilience.retry.instances.prices.max-attempts", "2");
            assertThat(clients(context).of("prices").plan()).isSameAs(before);
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "prices.retry=${nope} | has a placeholder that cannot be resolved",
                "prices.retry-methods=GET,${nope} | has a placeholder that cannot be resolved",
                "prices.retry-methods= | is empty",
                "prices.failure-statuses= | is empty",
                "prices.idempotent=perhaps | is 'perhaps'",
                "p rices.retry=prices | Write '[p rices]'",
                "p/rices.retry=prices | Write '[p/rices]'"
            })
    void textThatIsNotAsMeantShouldStopTheStart(String property, String problem) {
        runner.withPropertyValues(
                        "resilience.http-clients." + property, "resilience.http-clients.prices.bulkhead=prices")
                .run(context ->
                        assertThat(problems(context)).singleElement().asString().contains(problem));
    }

    @Test
    void unresolvedNameShouldBeTheOnlyProblemOfAClient() {
        runner.withPropertyValues("resilience.http-clients.prices.retry=${nope}")
                .run(context -> assertThat(problems(context)).hasSize(1));
    }

    private static HttpClients clients(AssertableApplicationContext context) {
        return context.getBean(HttpClients.class);
    }

    private static void change(AssertableApplicationContext context, String key, String value) {
        TestPropertyValues.of(key + "=" + value).applyTo(context);
        clients(context).rebind(Set.of(key));
    }

    @Test
    void keysShouldBeReadInEveryWayOfWritingThem() {
        ConfiguredClients written = new ConfiguredClients(new MockEnvironment()
                .withProperty("resilience.http-clients.prices.failureStatuses[0]", "5xx")
                .withProperty("resilience.http-clients.prices.failureStatuses[1]", "409")
                .withProperty("resilience.http-clients.prices.circuit-breaker", "prices"));
        assertThat(written.problems(Set.of())).isEmpty();
        assertThat(written.names()).containsExactly("prices");
        assertThat(written.properties("prices", new ArrayList<>()).failureStatuses())
                .containsExactly("5xx", "409");
        assertThat(written.properties("prices", new ArrayList<>()).instances())
                .containsAllEntriesOf(Map.of("circuit-breaker", "prices"));
    }

    private static List<Problem> problems(AssertableApplicationContext context) {
        Throwable failure = context.getStartupFailure();
        assertThat(failure).isNotNull();
        Throwable cause = NestedExceptionUtils.getMostSpecificCause(failure);
        assertThat(cause).isInstanceOf(ResilienceConfigurationException.class);
        return ((ResilienceConfigurationException) cause).problems();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "prices.retry.max-attempts=3 | .retry' has settings, but takes the name of an instance (",
                "prices.failure-statuses.max=3 | .failure-statuses' has settings, but takes a list of words (",
                "prices.timeout[0]=a | .timeout' is a list, but takes the name of an instance (",
                "prices.timeout= | resilience.http-clients.prices (\"resilience.http-clients.prices.timeout\" from",
                "prices.retry-methods=PSOT | retry-methods has 'PSOT', which is not an HTTP method",
                "prices.retry-methods=get,none | retry-methods has 'none'",
                "prices.retry-methods=get,a b | retry-methods has 'a b'",
                "prices.idempotent[0]=true | .idempotent' is a list, but takes true or false (",
                "prices.idempotent.post=true | .idempotent' has settings, but takes true or false (",
                "other[0]=retry | 'resilience.http-clients[other]' is a list, but takes keys"
            })
    void wrongShapeShouldBeOneProblemWithItsOrigin(String property, String problem) {
        runner.withPropertyValues("resilience.http-clients." + property, "resilience.http-clients.prices.retry=prices")
                .run(context ->
                        assertThat(problems(context)).singleElement().asString().contains(problem));
    }

    @Test
    void listInPlaceOfANameShouldBeTheOnlyProblem() {
        runner.withPropertyValues(
                        "resilience.http-clients.prices.retry[0]=a", "resilience.http-clients.prices.retry[1]=b")
                .run(context ->
                        assertThat(problems(context)).singleElement().asString().contains("is a list, but takes"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                // method | retry-methods | idempotent | policies of its requests: 2 for both, 1 for the retry alone
                "GET      | -        | -     | 2",
                "HEAD     | -        | -     | 2",
                "OPTIONS  | -        | -     | 2",
                "PUT      | -        | -     | 2",
                "DELETE   | -        | -     | 2",
                "PROPFIND | -        | -     | 2",
                "QUERY    | -        | -     | 2",
                "LOCK     | -        | -     | 1",
                "RESERVE  | -        | -     | 1",
                "POST     | -        | -     | 0",
                "PATCH    | -        | -     | 0",
                "POST     | GET,POST | -     | 1",
                "POST     | GET,POST | false | 1",
                "PUT      | GET,POST | -     | 0",
                "POST     | -        | true  | 2",
                "PATCH    | -        | true  | 2",
                "RESERVE  | -        | true  | 2",
                "POST     | GET,POST | true  | 2",
                "PUT      | GET,POST | true  | 0",
                "POST     | none     | true  | 0"
            })
    void hedgeShouldNeedAnIdempotentRequest(String method, String methods, String idempotent, int policies) {
        List<String> properties = new ArrayList<>(
                List.of("resilience.http-clients.prices.retry=a", "resilience.http-clients.prices.hedge=b"));
        if (methods != null) {
            properties.add("resilience.http-clients.prices.retry-methods=" + methods);
        }
        if (idempotent != null) {
            properties.add("resilience.http-clients.prices.idempotent=" + idempotent);
        }
        runner.withPropertyValues(properties.toArray(String[]::new)).run(context -> {
            ClientPlan plan = clients(context).of("prices").plan();
            assertThat(plan.pipeline(HttpMethod.valueOf(method)).policies()).hasSize(policies);
            assertThat(plan.repeats(HttpMethod.valueOf(method))).isEqualTo(policies > 0);
        });
    }

    @Test
    void idempotentClientInCodeShouldHedgeEveryMethod() {
        runner.run(context -> {
            HttpClients clients = clients(context);
            assertThat(clients.of(spec -> spec.hedge("own").idempotent(true))
                            .plan()
                            .pipeline(HttpMethod.POST)
                            .policies())
                    .hasSize(1);
            assertThat(clients.of(spec -> spec.hedge("own").retryMethods("POST"))
                            .plan()
                            .pipeline(HttpMethod.POST)
                            .policies())
                    .isEmpty();
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "NONE"})
    void noMethodShouldBeRepeatedWhereNoneIsWritten(String word) {
        runner.withPropertyValues(
                        "resilience.http-clients.prices.retry=prices",
                        "resilience.http-clients.prices.retry-methods=" + word)
                .run(context -> assertThat(clients(context)
                                .of("prices")
                                .plan()
                                .retryMethods()
                                .methods())
                        .isEmpty());
    }

    // ---- sections that nothing uses

    private static final String UNUSED = "HTTP client 'prices' has settings in the configuration";

    @Test
    void clientThatNothingRequestsShouldBeAWarning(CapturedOutput output) {
        runner.withPropertyValues("resilience.http-clients.prices.retry=own").run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(output.getOut().lines().filter(line -> line.contains(UNUSED)))
                    .singleElement()
                    .asString()
                    .contains(" WARN ", "resilience.http-clients.prices.retry", "no code has requested it");
        });
    }

    @Test
    void clientThatABeanRequestsShouldBeNoWarning(CapturedOutput output) {
        runner.withUserConfiguration(PricesClient.class)
                .withPropertyValues("resilience.http-clients.prices.retry=own")
                .run(context -> assertThat(output).doesNotContain(UNUSED));
    }

    @Test
    void clientThatALazyBeanMayRequestShouldBeNoWarning(CapturedOutput output) {
        runner.withBean("lazy", Lazy.class, Lazy::new, definition -> definition.setLazyInit(true))
                .withPropertyValues("resilience.http-clients.prices.retry=own")
                .run(context -> assertThat(output.getOut().lines().filter(line -> line.contains(UNUSED)))
                        .singleElement()
                        .asString()
                        .contains(" INFO ", "Beans that have not been created yet may use it."));
    }

    static class Lazy {}

    @Test
    void clientOfTheParentShouldBeNoWarningOfTheChild(CapturedOutput output) {
        runner.withPropertyValues("resilience.http-clients.prices.retry=own")
                .run(parent -> runner.withParent(parent)
                        .withPropertyValues("resilience.http-clients.prices.retry=own")
                        .run(child -> assertThat(output).containsOnlyOnce(UNUSED)));
    }

    @Test
    void clientThatARefreshAddsAndNothingUsesShouldBeAWarning(CapturedOutput output) {
        runner.run(context -> {
            TestPropertyValues.of("resilience.http-clients.prices.retry=own").applyTo(context);
            context.getBean(HttpClients.class).rebind(Set.of("resilience.http-clients.prices.retry"));
            assertThat(output).containsOnlyOnce(UNUSED);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"http-clients.prices.retry", "listeners.orders.pause-while-open"})
    void sectionThatNothingReadsShouldBeAWarning(String setting, CapturedOutput output) {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class))
                .withPropertyValues("resilience." + setting + "=own")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(output)
                            .containsOnlyOnce("resilience." + setting.substring(0, setting.indexOf('.'))
                                    + " has settings, but nothing reads them");
                });
    }
}

package io.netrun.resilience.spring.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.netrun.resilience.Policy;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.Bulkhead;
import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/** Annotations without a name share no instance by accident. */
@ExtendWith(OutputCaptureExtension.class)
class DefaultNameTests {

    private final ApplicationContextRunner runner =
            new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class));

    static class A {

        static class Client {

            @CircuitBreaker
            public String call() {
                throw new IllegalStateException("down");
            }

            @Retry(maxAttempts = 2)
            public void send() {
                // Only its annotation matters.
            }
        }
    }

    static class B {

        static class Client {

            @CircuitBreaker
            public String call() {
                return "ok";
            }

            @Retry(maxAttempts = 5)
            public void send() {
                // Only its annotation matters.
            }

            @CircuitBreaker
            public void only() {
                // Only its annotation matters.
            }
        }
    }

    @Test
    void classesOfOneSimpleNameShouldHaveInstancesOfTheirOwn() {
        runner.withBean("a", A.Client.class).withBean("b", B.Client.class).run(context -> {
            A.Client a = context.getBean(A.Client.class);
            for (int i = 0; i < 6; i++) {
                catchThrowable(a::call);
            }
            assertThat(context.getBean(B.Client.class).call()).isEqualTo("ok");
            String here = DefaultNameTests.class.getName();
            assertThat(names(context))
                    .containsExactlyInAnyOrder(
                            here + "$A$Client.call",
                            here + "$B$Client.call",
                            here + "$A$Client.send",
                            here + "$B$Client.send",
                            "Client.only");
        });
    }

    interface Sending {

        void send();
    }

    static class Late {

        static class Client implements Sending {

            @Override
            @Retry(maxAttempts = 9)
            public void send() {
                // Only its annotation matters.
            }
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class LazyBean {

        @Bean
        @Lazy
        Sending late() {
            return new Late.Client();
        }
    }

    @Test
    void classThatTheCheckHasNotSeenShouldHaveAnInstanceOfItsOwn() {
        runner.withBean("a", A.Client.class)
                .withUserConfiguration(LazyBean.class)
                .run(context -> {
                    context.getBean(Sending.class).send();
                    assertThat(names(context))
                            .containsExactlyInAnyOrder(
                                    "Client.call",
                                    "Client.send",
                                    DefaultNameTests.class.getName() + "$Late$Client.send");
                });
    }

    static class Later {

        static class Client implements Sending {

            @Override
            @Retry(maxAttempts = 7)
            public void send() {
                // Only its annotation matters.
            }
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class LazyBeans {

        @Bean
        @Lazy
        Sending late() {
            return new Late.Client();
        }

        @Bean
        @Lazy
        Sending later() {
            return new Later.Client();
        }
    }

    @Test
    void nameThatDependsOnTheFirstCallShouldBeAWarning(CapturedOutput output) {
        runner.withUserConfiguration(LazyBeans.class).run(context -> {
            ((Sending) context.getBean("later")).send();
            assertThat(output).doesNotContain("was the first to need it");
            ((Sending) context.getBean("late")).send();
            ((Sending) context.getBean("late")).send();
            String here = DefaultNameTests.class.getName();
            assertThat(names(context)).containsExactlyInAnyOrder("Client.send", here + "$Late$Client.send");
            assertThat(output)
                    .containsOnlyOnce("Retry 'Client.send' is that of " + here
                            + "$Later$Client.send(), which was the first to need it");
        });
    }

    @Configuration(proxyBeanMethods = false)
    static class TwoOfOneClass {

        @Bean
        A.Client eu() {
            return new A.Client();
        }

        @Bean
        A.Client us() {
            return new A.Client();
        }

        @Bean
        Quotes single() {
            return () -> "one";
        }
    }

    @Test
    void beansOfOneClassShouldShareAndBeNamed(CapturedOutput output) {
        runner.withUserConfiguration(TwoOfOneClass.class).run(context -> {
            String method = A.Client.class.getName() + ".call()";
            assertThat(context.getBean(MethodPipelines.class).sharingBeans())
                    .containsOnlyKeys(method, A.Client.class.getName() + ".send()")
                    .containsEntry(method, Set.of("eu", "us"));
            assertThat(output)
                    .containsOnlyOnce(
                            method + " is a method of the beans [eu, us], which share its instances. Give each"
                                    + " bean a subclass for instances of its own.");
        });
    }

    static class EuClient extends A.Client {}

    static class UsClient extends A.Client {}

    @Test
    void beansOfSubclassesShouldShareNothing(CapturedOutput output) {
        runner.withBean(EuClient.class).withBean(UsClient.class).run(context -> {
            assertThat(names(context)).contains("EuClient.call", "UsClient.call");
            assertThat(output).doesNotContain("share its instances");
        });
    }

    static class Over {

        @Bulkhead(maxConcurrent = 2)
        public void report(int id) {
            // Only its annotation matters.
        }

        @Bulkhead(maxConcurrent = 10)
        public void report(String id, List<String> parts) {
            // Only its annotation matters.
        }

        @Bulkhead(name = "named")
        public void report() {
            // Only its annotation matters.
        }

        @Bulkhead
        public void other(int id) {
            // Only its annotation matters.
        }

        public void other(String id) {
            // It has no annotation.
        }
    }

    @Test
    void overloadsShouldHaveInstancesOfTheirOwn() {
        runner.withBean(Over.class)
                .withPropertyValues("resilience.bulkhead.instances.[Over.report(int)].max-queue=7")
                .run(context -> {
                    assertThat(names(context))
                            .containsExactlyInAnyOrder(
                                    "Over.report(int)", "Over.report(String,List)", "named", "Over.other");
                    assertThat(context.getBean(ResilienceRegistry.class)
                                    .find(io.netrun.resilience.bulkhead.Bulkhead.TYPE, "Over.report(int)")
                                    .orElseThrow()
                                    .config()
                                    .maxQueue())
                            .isEqualTo(7);
                });
    }

    static class Eu {

        static class Order {}
    }

    static class Us {

        static class Order {}
    }

    static class AlikeOverloads {

        @Retry
        public void send(Eu.Order order) {
            // Only its annotation matters.
        }

        @Retry
        public void send(Us.Order order) {
            // Only its annotation matters.
        }

        @Retry
        public void send(int order) {
            // Only its annotation matters.
        }
    }

    @Test
    void overloadsOfAlikeTypesShouldHaveInstancesOfTheirOwn() {
        String eu = "AlikeOverloads.send(" + Eu.Order.class.getName() + ")";
        String us = "AlikeOverloads.send(" + Us.Order.class.getName() + ")";
        runner.withBean(AlikeOverloads.class)
                .withPropertyValues("resilience.retry.instances.[" + us + "].max-attempts=7")
                .run(context -> {
                    assertThat(names(context)).containsExactlyInAnyOrder(eu, us, "AlikeOverloads.send(int)");
                    assertThat(context.getBean(ResilienceRegistry.class)
                                    .find(io.netrun.resilience.retry.Retry.TYPE, us)
                                    .orElseThrow()
                                    .config()
                                    .maxAttempts())
                            .isEqualTo(7);
                });
    }

    @Test
    void overloadsOfAlikeTypesShouldBeListedApart() {
        String prefix = AlikeOverloads.class.getName() + ".send(";
        runner.withBean(AlikeOverloads.class)
                .run(context -> assertThat(
                                context.getBean(MethodPipelines.class).all())
                        .extracting(MethodPipeline::title)
                        .containsExactlyInAnyOrder(
                                prefix + Eu.Order.class.getName() + ")",
                                prefix + Us.Order.class.getName() + ")",
                                prefix + "int)"));
    }

    abstract static class Base<T> {

        @Retry
        public void find(T id) {
            // Only its annotation matters.
        }
    }

    static class Orders extends Base<Long> {

        @Override
        @Retry
        public void find(Long id) {
            // Only its annotation matters.
        }
    }

    @Test
    void overriddenGenericMethodShouldNotBeAnOverload() {
        runner.withBean(Orders.class).run(context -> assertThat(names(context)).containsExactly("Orders.find"));
    }

    interface Quotes {

        @Retry
        String quote();
    }

    @Configuration(proxyBeanMethods = false)
    static class Nameless {

        @Bean
        Quotes lambda() {
            return () -> "lambda";
        }

        @Bean
        Quotes anonymous() {
            return new Quotes() {
                @Override
                public String quote() {
                    return "anonymous";
                }
            };
        }
    }

    @Test
    void classWithoutANameShouldBeCalledAsItsInterface() {
        runner.withUserConfiguration(Nameless.class).run(context -> {
            context.getBeansOfType(Quotes.class).values().forEach(Quotes::quote);
            assertThat(names(context))
                    .allMatch(name -> name.endsWith("Quotes.quote") || name.matches(".*Nameless\\$1\\.quote"))
                    .noneMatch(name -> name.contains("/") || name.contains("Lambda"));
        });
    }

    private static List<String> names(AssertableApplicationContext context) {
        return context.getBean(ResilienceRegistry.class).all().stream()
                .map(Policy::name)
                .toList();
    }

    static class AQuiteLongNameForAParameterThatSomebodyMayStillHaveChosenInEarnest {}

    static class Overloaded {

        @CircuitBreaker
        public void call() {
            // Only its annotation matters.
        }

        @CircuitBreaker
        public void call(
                AQuiteLongNameForAParameterThatSomebodyMayStillHaveChosenInEarnest first,
                AQuiteLongNameForAParameterThatSomebodyMayStillHaveChosenInEarnest second,
                AQuiteLongNameForAParameterThatSomebodyMayStillHaveChosenInEarnest third) {
            // Only its annotation matters.
        }
    }

    @Test
    void remedyOfATooLongDefaultNameShouldNotBeToOmitIt() {
        runner.withBean(Overloaded.class)
                .run(context -> assertThat(context.getStartupFailure())
                        .isInstanceOfSatisfying(
                                ResilienceConfigurationException.class,
                                failure -> assertThat(failure.problems())
                                        .singleElement()
                                        .satisfies(problem -> {
                                            assertThat(problem.description())
                                                    .contains("Overloaded.call: name is 'Overloaded.call(AQuite");
                                            assertThat(problem.remedy())
                                                    .startsWith("Give it another name;")
                                                    .doesNotContain("omit");
                                        })));
    }
}

package io.netrun.resilience.spring.aop;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.spring.NearDepot;
import io.netrun.resilience.spring.ShopBeans;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.method.MethodPipeline;
import io.netrun.resilience.spring.method.MethodPipelines;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationContextAware;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.core.NestedExceptionUtils;

/** Annotated methods whose calls no proxy intercepts: hidden from it by their visibility, or made by the context. */
@ExtendWith(OutputCaptureExtension.class)
class UnreachableMethodTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, ResilienceAutoConfiguration.class));

    static class HiddenDepot extends ShopBeans.Depot {}

    static class VisibleDepot extends ShopBeans.OpenDepot {}

    static class LocalDepot {

        private int calls;

        @Retry(maxAttempts = 3, baseDelay = "1ms")
        int load() {
            if (++calls < 3) {
                throw new IllegalStateException("call " + calls);
            }
            return calls;
        }
    }

    static class LocalBranch extends LocalDepot {}

    private static List<Problem> problems(AssertableApplicationContext context) {
        Throwable cause = NestedExceptionUtils.getMostSpecificCause(context.getStartupFailure());
        assertThat(cause).isInstanceOf(ResilienceConfigurationException.class);
        return ((ResilienceConfigurationException) cause).problems();
    }

    private static void assertReported(AssertableApplicationContext context, String method, String reason) {
        assertThat(problems(context))
                .singleElement()
                .satisfies(problem -> assertThat(problem.description())
                        .contains(method + " is annotated with @Retry, but " + reason));
    }

    @Test
    void packagePrivateMethodOfAnotherPackageShouldBeReported() {
        runner.withBean(HiddenDepot.class)
                .run(context -> assertReported(context, "HiddenDepot.load", "is package-private in"));
        runner.withBean(HiddenDepot.class)
                .withPropertyValues("resilience.validation=warn")
                .run(context ->
                        assertThat(context.getBean(MethodPipelines.class).all()).isEmpty());
    }

    @Test
    void protectedMethodOfAnotherPackageShouldBeProtected() {
        runner.withBean(VisibleDepot.class).run(context -> {
            VisibleDepot depot = context.getBean(VisibleDepot.class);
            depot.failTimes(2);
            assertThat(ShopBeans.load(depot)).isEqualTo("ok");
        });
    }

    @Test
    void packagePrivateMethodOfTheSamePackageShouldBeProtected() {
        runner.withBean(LocalBranch.class)
                .run(context ->
                        assertThat(context.getBean(LocalBranch.class).load()).isEqualTo(3));
    }

    /** Defines one class itself, so that it is in another run-time package than its superclass. */
    private static final class OtherLoader extends ClassLoader {

        OtherLoader() {
            super(UnreachableMethodTests.class.getClassLoader());
        }

        Class<?> define(Class<?> type) throws IOException {
            try (InputStream bytes = getResourceAsStream(type.getName().replace('.', '/') + ".class")) {
                byte[] code = bytes.readAllBytes();
                return defineClass(type.getName(), code, 0, code.length);
            }
        }
    }

    @Test
    void packagePrivateMethodOfAnotherClassLoaderShouldBeReported() throws IOException {
        OtherLoader loader = new OtherLoader();
        Class<?> type = loader.define(NearDepot.class);
        runner.withClassLoader(loader)
                .withBean(type)
                .run(context -> assertReported(context, "NearDepot.load", "is package-private in"));
    }

    static class RunnableDepot extends LocalDepot implements Runnable {

        @Override
        public void run() {}
    }

    @Test
    void packagePrivateMethodBehindAProxyOfInterfacesShouldBeReported() {
        runner.withBean(RunnableDepot.class)
                .withPropertyValues("spring.aop.proxy-target-class=false")
                .run(context -> assertReported(context, "RunnableDepot.load", "is not public"));
    }

    interface Rates {

        String rate();
    }

    interface MoreRates<T> extends Rates {

        String rateOf(T currency);
    }

    static class OfficialRates implements MoreRates<String> {

        @Override
        public String rate() {
            return "1";
        }

        @Retry
        @Override
        public String rateOf(String currency) {
            return currency;
        }

        @Retry
        public String load() {
            return "loaded";
        }
    }

    @Retry
    static class CoveredRates implements MoreRates<String> {

        @Override
        public String rate() {
            return "1";
        }

        @Override
        public String rateOf(String currency) {
            return currency;
        }

        public String load() {
            return "loaded";
        }
    }

    @Test
    void methodInNoInterfaceOfAProxyOfInterfacesShouldBeReported(CapturedOutput output) {
        runner.withBean(OfficialRates.class)
                .withPropertyValues("spring.aop.proxy-target-class=false")
                .run(context -> {
                    assertThat(listed(context)).containsExactly(OfficialRates.class.getName() + ".rateOf(String)");
                    assertThat(output)
                            .contains("OfficialRates.load is annotated with @Retry, but is in no interface of the bean")
                            .doesNotContain("OfficialRates.rateOf is annotated");
                });
        runner.withBean(OfficialRates.class)
                .run(context -> assertThat(listed(context)).hasSize(2));
    }

    @Test
    void methodInNoInterfaceShouldNotBeCoveredByItsClass(CapturedOutput output) {
        runner.withBean(CoveredRates.class)
                .withPropertyValues("spring.aop.proxy-target-class=false")
                .run(context -> {
                    assertThat(listed(context))
                            .containsExactly(
                                    CoveredRates.class.getName() + ".rate()",
                                    CoveredRates.class.getName() + ".rateOf(String)");
                    assertThat(output).doesNotContain("CoveredRates.load");
                });
    }

    @FunctionalInterface
    interface Quote extends Function<String, String> {

        @Retry
        @Override
        String apply(String currency);
    }

    @Test
    void lambdaOfAGenericInterfaceShouldBeProtected() {
        runner.withBean(Quote.class, () -> currency -> "of " + currency).run(context -> {
            assertThat(context.getBean(Quote.class).apply("EUR")).isEqualTo("of EUR");
            assertThat(listed(context)).isNotEmpty();
        });
    }

    private static List<String> listed(ApplicationContext context) {
        return context.getBean(MethodPipelines.class).all().stream()
                .map(MethodPipeline::title)
                .toList();
    }

    static class Closing implements AutoCloseable {

        @Override
        @Retry
        public void close() {}
    }

    static class Stopping {

        @Retry
        public void shutdown() {}
    }

    static class ClosedByHand {

        @Retry
        public void close() {}
    }

    static class Destroyed implements AutoCloseable, DisposableBean {

        @Override
        @Retry
        public void close() {}

        @Override
        public void destroy() {}
    }

    @Configuration(proxyBeanMethods = false)
    static class WithClosing {

        @Bean
        Closing closing() {
            return new Closing();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class WithStopping {

        @Bean
        Stopping stopping() {
            return new Stopping();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class WithOwnersOfTheirEnd {

        @Bean(destroyMethod = "")
        Stopping stopping() {
            return new Stopping();
        }

        @Bean
        @Scope("prototype")
        Closing prototype() {
            return new Closing();
        }
    }

    static class Injected {

        @Autowired
        @Retry
        public void setContext(ApplicationContext context) {}
    }

    static class Knowing implements ApplicationContextAware {

        @Override
        @Retry
        public void setApplicationContext(ApplicationContext context) {}
    }

    @ParameterizedTest
    @ValueSource(classes = {WithClosing.class, Closing.class, WithStopping.class, Injected.class, Knowing.class})
    void methodThatTheContextCallsShouldBeReported(Class<?> type) {
        runner.withUserConfiguration(type)
                .run(context -> assertThat(problems(context))
                        .singleElement()
                        .satisfies(problem -> assertThat(problem.description())
                                .contains("@Retry", "is called by the application context on the object itself")));
    }

    @ParameterizedTest
    @ValueSource(classes = {WithOwnersOfTheirEnd.class, ClosedByHand.class, Destroyed.class})
    void closeThatTheContextDoesNotCallShouldBeProtected(Class<?> type) {
        runner.withUserConfiguration(type).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(context.getBean(MethodPipelines.class).all()).isNotEmpty();
        });
    }
}

package io.netrun.resilience.spring.aop;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.method.MethodPipelines;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;

/** Annotated methods that every object has: what is listed is what proxies intercept. */
@ExtendWith(OutputCaptureExtension.class)
class ObjectMethodTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, ResilienceAutoConfiguration.class))
            .withPropertyValues("resilience.validation=warn");

    private final ApplicationContextRunner byInterfaces =
            runner.withPropertyValues("spring.aop.proxy-target-class=false");

    private void assertIntercepted(ApplicationContextRunner contexts, Class<?> type, String... methods) {
        contexts.withBean("bean", type).run(context -> {
            assertThat(intercepted(context.getBean("bean"))).containsExactly(methods);
            assertThat(listed(context)).containsExactly(methods);
        });
    }

    private static Set<String> listed(ApplicationContext context) {
        return context.getBean(MethodPipelines.class).all().stream()
                .map(method -> method.title().replaceAll(".*\\.(\\w+)\\(.*", "$1"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The methods of which a proxy makes more than one attempt. */
    private static Set<String> intercepted(Object bean) {
        Map<String, Runnable> calls = new TreeMap<>();
        calls.put("equals", () -> bean.equals(new Object()));
        calls.put("hashCode", bean::hashCode);
        calls.put("toString", bean::toString);
        if (bean instanceof Copied copied) {
            calls.put("clone", copied::clone);
        } else if (bean instanceof Plain plain) {
            calls.put("clone", plain::clone);
        }
        Set<String> intercepted = new TreeSet<>();
        calls.forEach((name, call) -> {
            Plain.calls = 0;
            try {
                call.run();
            } catch (RuntimeException expected) {
                assertThat(expected).isNotNull();
            }
            if (Plain.calls > 1) {
                intercepted.add(name);
            }
        });
        return intercepted;
    }

    @Test
    void proxyOfAClassShouldInterceptCloneAndToString() {
        assertIntercepted(runner, Plain.class, "clone", "toString");
    }

    @Test
    void interfaceShouldNotMatterToAProxyOfAClass() {
        assertIntercepted(runner, WithInterface.class, "clone", "toString");
    }

    @Test
    void proxyOfInterfacesShouldInterceptToString() {
        assertIntercepted(byInterfaces, Running.class, "toString");
    }

    @Test
    void proxyOfInterfacesShouldInterceptWhatTheyDeclare() {
        assertIntercepted(byInterfaces, WithInterface.class, "clone", "equals", "hashCode", "toString");
    }

    @Test
    void inheritedInterfaceShouldNotCountForEqualsAndHashCode() {
        assertIntercepted(byInterfaces, WithInheritedInterface.class, "clone", "toString");
    }

    @Test
    void equalsAndHashCodeShouldBeReported(CapturedOutput output) {
        runner.withBean(Plain.class)
                .run(context -> assertThat(output)
                        .containsOnlyOnce("Plain.equals is annotated with @Retry, but is answered by the proxy")
                        .containsOnlyOnce("Plain.hashCode is annotated with @Retry, but is answered by the proxy"));
    }

    @Test
    void finalizerShouldBeReported(CapturedOutput output) {
        runner.withBean(Finalized.class).run(context -> {
            assertThat(listed(context)).isEmpty();
            assertThat(output)
                    .containsOnlyOnce("Finalized.finalize is annotated with @Retry, but is called by the garbage"
                            + " collector on the object itself");
        });
    }

    @Test
    void hashCodeShouldEndAStrictStart() {
        runner.withBean(Plain.class)
                .withPropertyValues("resilience.validation=strict")
                .run(context -> assertThat(context.getStartupFailure())
                        .isInstanceOf(ResilienceConfigurationException.class)
                        .hasMessageContaining("Plain.hashCode"));
    }

    @Test
    void methodOfTheSameNameShouldBeProtected() {
        runner.withBean(Overloading.class)
                .run(context -> assertThat(listed(context)).containsExactly("equals"));
    }

    static class Plain {

        private static int calls;

        private static RuntimeException failure() {
            calls++;
            return new IllegalStateException("call " + calls);
        }

        @Override
        @Retry(maxAttempts = 3, baseDelay = "1ms")
        public boolean equals(Object other) {
            throw failure();
        }

        @Override
        @Retry(maxAttempts = 3, baseDelay = "1ms")
        public int hashCode() {
            throw failure();
        }

        @Override
        @Retry(maxAttempts = 3, baseDelay = "1ms")
        public String toString() {
            throw failure();
        }

        @Override
        @Retry(maxAttempts = 3, baseDelay = "1ms")
        @SuppressWarnings("MissingSuperCall")
        public Object clone() {
            throw failure();
        }
    }

    interface Runs {

        void run();
    }

    static class Running extends Plain implements Runs {

        @Override
        public void run() {
            // Only the others are called.
        }
    }

    interface Copied {

        @Override
        boolean equals(Object other);

        @Override
        int hashCode();

        @Override
        String toString();

        Object clone();
    }

    static class WithInterface extends Plain implements Copied {}

    interface Inheriting extends Copied {

        void run();
    }

    static class WithInheritedInterface extends Plain implements Inheriting {

        @Override
        public void run() {
            // Only the others are called.
        }
    }

    static class Finalized {

        @Override
        @Retry
        @SuppressWarnings({"Finalize", "deprecation", "removal"})
        protected void finalize() {
            // Only its annotation matters.
        }
    }

    static class Overloading {

        @Retry
        @SuppressWarnings("NonOverridingEquals")
        public boolean equals(String other) {
            return other.isEmpty();
        }
    }
}

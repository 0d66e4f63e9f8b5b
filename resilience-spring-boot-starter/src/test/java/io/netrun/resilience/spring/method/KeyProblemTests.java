package io.netrun.resilience.spring.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netrun.resilience.annotation.Bulkhead;
import io.netrun.resilience.annotation.RateLimiter;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.lang.reflect.Method;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Mistakes in the key of an annotation stop the start, with method, expression and remedy. */
class KeyProblemTests {

    private final ApplicationContextRunner runner =
            new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class));

    static class Unknown {

        @Bulkhead(key = "#tenentId")
        public void call(String tenantId) {}
    }

    static class Syntax {

        @Bulkhead(key = "#tenantId +")
        public void call(String tenantId) {}
    }

    static class NoHash {

        @Bulkhead(key = "tenantId")
        public void call(String tenantId) {}
    }

    static class NoTarget {

        @Bulkhead(key = "tenant(#p0)")
        public void call(String tenantId) {}
    }

    static class NoBean {

        @Bulkhead(key = "@nobody.tenant(#p0)")
        public void call(String tenantId) {}
    }

    static class NoArguments {

        @Bulkhead(key = "#tenantId")
        public void call() {}
    }

    static class Assigning {

        @Bulkhead(key = "#tenantId = 'x'")
        public void call(String tenantId) {}
    }

    static class Several {

        @Bulkhead(key = "#a", maxKeys = 0)
        @RateLimiter(name = "a:b", key = "#tenantId")
        public void call(String tenantId) {}
    }

    static class Mixed {

        @Bulkhead(name = "same", key = "#tenantId")
        public void keyed(String tenantId) {}

        @Bulkhead(name = "same")
        public void plain(String tenantId) {}
    }

    static class Limits {

        @Bulkhead(name = "same", key = "#tenantId", maxKeys = 5)
        public void five(String tenantId) {}

        @Bulkhead(name = "same", key = "#tenantId", maxKeys = 6)
        public void six(String tenantId) {}
    }

    static class Placeholder {

        @Bulkhead(key = "${tenant.key}")
        public String call(String tenantId) {
            return tenantId;
        }
    }

    @Test
    void unknownArgumentShouldBeNamedWithTheKnownOnes() {
        assertThat(problemsOf(Unknown.class))
                .contains("Unknown.call: key '#tenentId' of @Bulkhead refers to #tenentId, but the arguments are #p0,"
                        + " #tenantId")
                .contains("tenantId");
    }

    /** The methods of the JDK have no names of their parameters. */
    @Test
    void missingNamesShouldBeReported() throws Exception {
        Method unnamed = Map.class.getMethod("get", Object.class);
        BeanFactory beans = new DefaultListableBeanFactory();
        assertThatThrownBy(() -> KeyExpression.of("#key", "@Bulkhead", unnamed, Map.class, beans))
                .isInstanceOf(ResilienceConfigurationException.class)
                .hasMessageContaining("refers to #key, but the arguments are #p0")
                .hasMessageContaining("compile the class with -parameters");
        assertThat(KeyExpression.of("#p0", "@Bulkhead", unnamed, Map.class, beans)
                        .of(new Object[] {7}))
                .isEqualTo("7");
    }

    @Test
    void wrongSyntaxShouldBeReported() {
        assertThat(problemsOf(Syntax.class))
                .contains("Syntax.call: key '#tenantId +' of @Bulkhead is not an expression")
                .contains("Remove the key, or write an expression over the arguments, such as #tenantId or #p0");
    }

    @Test
    void nameWithoutHashShouldBeReported() {
        assertThat(problemsOf(NoHash.class))
                .contains("NoHash.call: key 'tenantId' of @Bulkhead refers to 'tenantId', which is no argument")
                .contains("Write #tenantId for the argument");
    }

    @Test
    void methodOfNothingShouldBeReported() {
        assertThat(problemsOf(NoTarget.class)).contains("calls tenant(#p0) on nothing");
    }

    @Test
    void missingBeanShouldBeReported() {
        assertThat(problemsOf(NoBean.class)).contains("refers to bean 'nobody', which does not exist");
    }

    @Test
    void methodWithoutArgumentsShouldBeReported() {
        assertThat(problemsOf(NoArguments.class)).contains("refers to #tenantId, but the method has no arguments");
    }

    @Test
    void assignmentShouldBeReported() {
        assertThat(problemsOf(Assigning.class)).contains("assigns a value");
    }

    @Test
    void allProblemsOfAMethodShouldBeReportedTogether() {
        assertThat(problemsOf(Several.class))
                .contains("key '#a' of @Bulkhead refers to #a")
                .contains("max-keys is 0: must be at least 1, at most 100000")
                .contains("RateLimiter 'a:b' of Several.call has a key, and a colon in its name");
    }

    @Test
    void nameWithAndWithoutKeyShouldBeReported() {
        assertThat(problemsOf(Mixed.class))
                .contains("Bulkhead 'same' has a key in Mixed.keyed, and none in Mixed.plain")
                .contains("Use different names, or the same key in both");
    }

    @Test
    void differentLimitsOfKeysShouldBeReported() {
        assertThat(problemsOf(Limits.class)).contains("Bulkhead 'same' has different limits of keys");
    }

    @Test
    void limitInTheConfigurationShouldDecide() {
        runner.withBean(Limits.class)
                .withPropertyValues("resilience.bulkhead.instances.same.max-keys=7")
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void placeholderShouldBeResolved() {
        runner.withBean(Placeholder.class)
                .withPropertyValues("tenant.key=#tenantId")
                .run(context ->
                        assertThat(context.getBean(Placeholder.class).call("a")).isEqualTo("a"));
        assertThat(problemsOf(Placeholder.class)).contains("tenant.key");
    }

    private String problemsOf(Class<?> bean) {
        StringBuilder text = new StringBuilder();
        runner.withBean(bean).run(context -> {
            Throwable failure = context.getStartupFailure();
            while (failure != null && !(failure instanceof ResilienceConfigurationException)) {
                failure = failure.getCause();
            }
            assertThat(failure).isNotNull();
            for (Problem problem : ((ResilienceConfigurationException) failure).problems()) {
                text.append(problem.description())
                        .append(". ")
                        .append(problem.remedy())
                        .append('\n');
            }
        });
        return text.toString();
    }
}

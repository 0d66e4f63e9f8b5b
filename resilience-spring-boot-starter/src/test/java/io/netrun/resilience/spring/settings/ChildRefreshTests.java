package io.netrun.resilience.spring.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceHttpClientsAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceRefreshAutoConfiguration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.cloud.context.environment.EnvironmentChangeEvent;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.MapPropertySource;

/** A refresh of contexts with a parent: the problems of each concern its own configuration. */
@ExtendWith(OutputCaptureExtension.class)
class ChildRefreshTests {

    private static final String PARENT = "resilience.retry.instances.parent.max-attempts";
    private static final String CHILD = "resilience.retry.instances.child.max-attempts";

    private final List<ConfigurableApplicationContext> open = new ArrayList<>();
    private final Map<String, Object> ofParent = new HashMap<>(Map.of(PARENT, "4"));
    private final Map<String, Object> ofChild = new HashMap<>(Map.of(CHILD, "5"));

    @AfterEach
    void close() {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    @Test
    void parentShouldFollowWhenItsChildToleratesAProblem(CapturedOutput output) {
        ofChild.put("resilience.validation", "warn");
        ofChild.put("resilience.retry.instances.child.max-atempts", "3");
        var parent = context(null, ofParent, OfParent.class);
        context(parent, ofChild, OfChild.class);
        ofParent.put(PARENT, "7");
        refresh(parent);
        assertThat(attempts(parent, "parent")).isEqualTo(7);
        assertThat(output).doesNotContain("is not followed", "keeps its former");
    }

    @Test
    void parentShouldFollowWhenItsChildIsRejected(CapturedOutput output) {
        var parent = context(null, ofParent, OfParent.class);
        var child = context(parent, ofChild, OfChild.class);
        ofChild.put(CHILD, "0");
        ofChild.put("resilience.retry.defaults.max-delay", "0");
        refresh(child);
        assertThat(output).containsOnlyOnce("is not followed").doesNotContain("keeps its former");
        ofParent.put(PARENT, "7");
        refresh(parent);
        assertThat(attempts(parent, "parent")).isEqualTo(7);
        assertThat(attempts(parent, "child")).isEqualTo(5);
        assertThat(output).containsOnlyOnce("is not followed").doesNotContain("keeps its former");
        ofChild.put(CHILD, "6");
        ofChild.remove("resilience.retry.defaults.max-delay");
        refresh(child);
        assertThat(attempts(parent, "child")).isEqualTo(6);
    }

    @Test
    void childShouldFollowWhenItsParentIsRejected(CapturedOutput output) {
        var parent = context(null, ofParent, OfParent.class);
        var child = context(parent, ofChild, OfChild.class);
        ofParent.put(PARENT, "0");
        refresh(parent);
        ofChild.put(CHILD, "6");
        refresh(child);
        assertThat(attempts(parent, "parent")).isEqualTo(4);
        assertThat(attempts(parent, "child")).isEqualTo(6);
        assertThat(output).contains("maxAttempts is 0");
    }

    @Test
    void problemThatOnlyAParentsRefreshFindsShouldBeLogged(CapturedOutput output) {
        var parent = context(null, ofParent, OfParent.class);
        context(parent, ofChild, OfChild.class);
        ofChild.put(CHILD, "0");
        ofParent.put(PARENT, "7");
        refresh(parent);
        ofParent.put(PARENT, "8");
        refresh(parent);
        assertThat(attempts(parent, "parent")).isEqualTo(8);
        assertThat(output)
                .containsOnlyOnce("A child or parent context keeps its former resilience configuration."
                        + " Retry 'child': maxAttempts is 0");
    }

    @Test
    void valueThatTheParentOverrulesShouldBeReportedOnce(CapturedOutput output) {
        var parent = context(null, ofParent, OfParent.class);
        var child = context(parent, ofChild, OfChild.class);
        ofChild.put(PARENT, "9");
        ofChild.put(CHILD, "6");
        refresh(child);
        refresh(child);
        assertThat(attempts(parent, "parent")).isEqualTo(4);
        assertThat(attempts(parent, "child")).isEqualTo(6);
        assertThat(output)
                .containsOnlyOnce("Retry 'parent' has settings in this application context that differ from those of"
                        + " its parent or another child, which stay in force: maxAttempts");
        ofChild.put(PARENT, "4");
        refresh(child);
        ofChild.put(PARENT, "8");
        refresh(child);
        assertThat(output.toString().split("has settings in this application context", -1))
                .hasSize(3);
    }

    private ConfigurableApplicationContext context(
            ConfigurableApplicationContext parent, Map<String, Object> properties, Class<?> bean) {
        var context = new AnnotationConfigApplicationContext();
        open.add(context);
        context.getEnvironment()
                .getPropertySources()
                .addFirst(new MapPropertySource("properties of context " + open.size(), properties));
        if (parent != null) {
            context.setParent(parent);
        }
        context.register(Application.class, bean);
        context.refresh();
        return context;
    }

    private static void refresh(ConfigurableApplicationContext context) {
        context.publishEvent(new EnvironmentChangeEvent(context, Set.of(PARENT, CHILD)));
    }

    private static int attempts(ConfigurableApplicationContext context, String name) {
        return context.getBean(ResilienceRegistry.class)
                .find(io.netrun.resilience.retry.Retry.TYPE, name)
                .orElseThrow()
                .config()
                .maxAttempts();
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        ResilienceAutoConfiguration.class,
        ResilienceHttpClientsAutoConfiguration.class,
        ResilienceRefreshAutoConfiguration.class
    })
    static class Application {}

    static class OfParent {

        @Retry(name = "parent")
        public void call() {
            // Only its annotation matters.
        }
    }

    static class OfChild {

        @Retry(name = "child")
        public void call() {
            // Only its annotation matters.
        }
    }
}

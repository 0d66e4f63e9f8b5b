package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Where the settings are that annotations of Spring have, in applications of several modules. */
class AddedSettingsPlaceTests {

    private static final String SETTING = "max-attempts: ${tries}";

    private static final String APP = "app/src/main/resources/application.yml";

    private static final String CORE = "core/src/main/resources/application.yml";

    private static String retried(String type) {
        return """
            import org.springframework.retry.annotation.Retryable;

            public class %s {
                @Retryable(maxAttemptsExpression = "${tries}")
                public void call() {
                }
            }
            """.formatted(type);
    }

    private static Project project() {
        return new Project()
                .with("app/pom.xml", Poms.pom("app", Poms.module("core")))
                .with("core/pom.xml", Poms.pom("core", Poms.module("settings")))
                .with("settings/pom.xml", Poms.pom("settings"))
                .with("app/src/main/java/App.java", "@SpringBootApplication class App {}")
                .with("core/src/main/java/Core.java", retried("Core"));
    }

    @Test
    void fileOfALibraryShouldGetThem() {
        Project after = project()
                .with("app/src/main/java/Own.java", retried("Own"))
                .with("settings/src/main/resources/application.yml", "spring.application.name: shop\n")
                .after(new FromSpringRetry(true));

        assertThat(after.files()).doesNotContainKeys(APP, CORE);
        assertThat(after.files().get("settings/src/main/resources/application.yml"))
                .contains("Core.call", "Own.call", SETTING);
    }

    @Test
    void fileOfTheApplicationShouldGetThem() {
        Project after = project().with(APP, "spring.application.name: shop\n").after(new FromSpringRetry(true));

        assertThat(after.files()).doesNotContainKey(CORE);
        assertThat(after.files().get(APP)).contains("Core.call", SETTING);
    }

    @Test
    void newFileShouldBeThatOfTheApplication() {
        Project after = project().after(new FromSpringRetry(true));

        assertThat(after.files()).doesNotContainKey(CORE);
        assertThat(after.files().get(APP)).contains("Core.call", SETTING);
    }
}

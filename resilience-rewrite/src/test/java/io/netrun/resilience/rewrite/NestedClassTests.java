package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names of classes in lists, which both libraries look up as Spring does. */
class NestedClassTests {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "com.acme.Exceptions$NotFound",
                "com.acme.Exceptions.NotFound",
                "com.acme.API.NotFound",
                "com.acme.Outer$Inner$Deep",
                "com.acme.Outer$Inner.Deep"
            })
    void nameOfANestedClassShouldStay(String name) {
        Project moved = new Project()
                .with(
                        "src/main/resources/application.yml",
                        "resilience4j:\n  retry:\n    instances:\n      p:\n        retry-exceptions:\n          - "
                                + name + "\n")
                .with(
                        "src/main/resources/application-a.properties",
                        "resilience4j.circuitbreaker.instances.c.record-exceptions[0]=" + name + "\n"
                                + "resilience4j.circuitbreaker.instances.c.record-exceptions[1]=java.io.IOException\n"
                                + "resilience4j.circuitbreaker.instances.c.ignore-exceptions=" + name + "\n")
                .after(new FromResilience4j(false));
        assertThat(moved.files().get("src/main/resources/application.yml")).contains(name);
        assertThat(moved.files().get("src/main/resources/application-a.properties"))
                .contains(name)
                .contains("ignore-exceptions=" + name);
        assertThat(moved.left()).isEmpty();
    }
}

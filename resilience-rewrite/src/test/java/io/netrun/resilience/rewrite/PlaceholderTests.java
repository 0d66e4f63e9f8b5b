package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Placeholders in durations, behind which a number counts milliseconds. */
class PlaceholderTests {

    private static Project moved(String value, String others) {
        return new Project()
                .with(
                        "src/main/resources/application.yml",
                        others + "resilience4j:\n  retry:\n    instances:\n      p:\n        wait-duration: " + value
                                + "\n")
                .after(new FromResilience4j(false));
    }

    private static String delay(Project moved) {
        return moved.files()
                .get("src/main/resources/application.yml")
                .lines()
                .filter(line -> line.contains("base-delay:"))
                .map(line -> line.strip().substring("base-delay: ".length()))
                .findFirst()
                .orElse("");
    }

    @ParameterizedTest
    @CsvSource({
        "${A:500}, ${A:500}ms, so ms stands behind it now",
        "${A:${B:500}}, ${A:${B:500}}ms, so ms stands behind it now",
        "${a.${env}:500}, ${a.${env}:500}ms, so ms stands behind it now",
        "'\"${A: 500}\"', '\"${A: 500}ms\"', so ms stands behind it now",
        "${A}, ${A}, needs a unit",
        "${A:2s}, ${A:2s}, needs a unit",
        "${A:${B:2s}}, ${A:${B:2s}}, needs a unit",
        "${A:${B}}, ${A:${B}}, needs a unit",
        "${A:${B:500}s}, ${A:${B:500}s}, needs a unit",
        "${A}00, ${A}00, needs a unit",
        "${A}${B:s}, ${A}${B:s}, needs a unit",
        "'\"@wait@\"', '\"@wait@\"', needs a unit",
    })
    void unitShouldStandBehindWhatMayBeANumber(String there, String here, String reason) {
        Project moved = moved(there, "");
        assertThat(delay(moved)).isEqualTo(here);
        assertThat(moved.left()).singleElement().asString().contains(reason);
    }

    @ParameterizedTest
    @CsvSource({
        "${A}ms, ${A}ms",
        "${A:500}ms, ${A:500}ms",
        "${A:${B:5}}s, ${A:${B:5}}s",
        "'\"@wait@ms\"', '\"@wait@ms\"'"
    })
    void unitBehindAPlaceholderShouldStay(String there, String here) {
        Project moved = moved(there, "");
        assertThat(delay(moved)).isEqualTo(here);
        assertThat(moved.left()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "${shop.wait}, 700, ${shop.wait}ms",
        "${shop.wait:500}, 700, ${shop.wait:500}ms",
        "${A:${shop.wait}}, 2s, ${A:${shop.wait}}",
        "${shop.wait}, 2s, ${shop.wait}",
        "${shop.wait:1s}, 2s, ${shop.wait:1s}",
    })
    void valuesOfTheConfigurationShouldDecide(String there, String value, String here) {
        Project moved = moved(there, "shop:\n  wait: " + value + "\n");
        assertThat(delay(moved)).isEqualTo(here);
        assertThat(moved.left()).allMatch(row -> there.startsWith("${A"));
    }

    @Test
    void valuesWithAndWithoutUnitShouldBeLeft() {
        Project moved = moved("${shop.wait:500}", "shop:\n  wait: 2s\n");
        assertThat(delay(moved)).isEqualTo("${shop.wait:500}");
        assertThat(moved.left()).singleElement().asString().contains("or '2s'. No unit can stand behind both");
    }

    @Test
    void invalidUnitShouldBeLeft() {
        Project moved = moved("2sms", "");
        assertThat(delay(moved)).isEmpty();
        assertThat(moved.left()).singleElement().asString().contains("'2sms' is not a duration");
    }

    @Test
    void secondsOfAWindowShouldHaveTheirUnit() {
        Project moved = new Project()
                .with(
                        "src/main/resources/application.properties",
                        "resilience4j.circuitbreaker.instances.c.sliding-window-type=TIME_BASED\n"
                                + "resilience4j.circuitbreaker.instances.c.sliding-window-size=${W:${X:10}}\n")
                .after(new FromResilience4j(false));
        assertThat(moved.files().get("src/main/resources/application.properties"))
                .contains("window-duration=${W:${X:10}}s");
        assertThat(moved.left()).isEmpty();
    }
}

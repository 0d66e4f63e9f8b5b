package io.netrun.resilience.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FleetKeysTests {

    @ParameterizedTest
    @ValueSource(strings = {"", "plain_Name-1.0", "a b", "{x}:y", "50%", "%41", "~", "ü€😀", "a\nb\u0000"})
    void decodedNameShouldBeTheEncodedOne(String name) {
        String encoded = FleetKeys.encode(name);

        assertThat(encoded).matches("[A-Za-z0-9_.%-]*");
        assertThat(FleetKeys.decode(encoded)).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(ints = {0xD7FF, 0xD800, 0xDBFF, 0xDC00, 0xDFFF, 0xE000, 0xFFFD, 0xFFFF})
    void codeUnitShouldHaveACodeOfItsOwn(int unit) {
        String name = "a" + (char) unit + "b";
        assertThat(FleetKeys.encode(name)).matches("a(%[0-9A-F]{2}){3}b").isNotEqualTo("a%3Fb");
        assertThat(FleetKeys.decode(FleetKeys.encode(name))).isEqualTo(name);
    }

    @Test
    void longNamesThatDifferInASurrogateShouldHaveDifferentKeys() {
        String long500 = "x".repeat(500);
        assertThat(FleetKeys.escape(long500 + "\ud800")).isNotEqualTo(FleetKeys.escape(long500 + "?"));
    }

    @Test
    void escapedNameWhenTooLongShouldEndWithItsHash() {
        String one = FleetKeys.escape("ü".repeat(500) + "1");
        String other = FleetKeys.escape("ü".repeat(500) + "2");

        assertThat(one).hasSize(200).isNotEqualTo(other).matches("[A-Za-z0-9_.%-]*~[0-9a-f]{32}");
        assertThat(FleetKeys.decode(one)).startsWith("üüü");
    }

    @Test
    void keysShouldHaveTheFleetAsTheirOnlyHashTag() {
        FleetKeys keys = new FleetKeys("{my}prefix", "sh{o}p");
        NodeReport report = new NodeReport(
                "a",
                1,
                0,
                false,
                Duration.ofSeconds(1),
                Duration.ofSeconds(10),
                1,
                List.of(new LimitReport("bulkhead", "{a}", 1, 1, 1, 1, 1)),
                List.of(),
                List.of(),
                CommandMark.NONE);

        assertThat(keys.of(report))
                .hasSize(4)
                .allSatisfy(key -> assertThat(key).matches("[^{}]*:\\{sh%7Bo%7Dp}:[^{}]*"));
    }

    @Test
    void fleetWithoutANameShouldBeRejected() {
        assertThatThrownBy(() -> new FleetKeys("resilience", ""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Set resilience.fleet.name");
    }
}

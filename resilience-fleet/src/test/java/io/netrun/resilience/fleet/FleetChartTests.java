package io.netrun.resilience.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Writes the shares over time as CSV and as SVG: {@code -Dfleet.charts=docs/images}, relative to the module. */
@EnabledIfSystemProperty(named = "fleet.charts", matches = ".+")
class FleetChartTests {

    private static final int NODES = 100;
    private static final int WIDTH = 720;
    private static final int PANEL = 170;
    private static final int TOP = 40;
    private static final int LEFT = 60;
    private static final String[] COLORS = {"#9a9a9a", "#1f6fb2", "#c4472b", "#2c8a4b"};
    private static final String[] LINES = {
        "demand of all nodes", "in force on all nodes", "admitted on all nodes", "in force on one node"
    };

    private record Scenario(String title, List<double[]> rows) {}

    @Test
    void chartsShouldShowSharesOverTime() throws IOException {
        List<Scenario> scenarios = List.of(step(), lossOfTheStore(), rollingRestart());
        StringBuilder csv = new StringBuilder("scenario,second,demand,in_force,admitted,node_in_force\n");
        for (Scenario scenario : scenarios) {
            for (double[] row : scenario.rows) {
                csv.append('"').append(scenario.title).append('"');
                for (double value : row) {
                    csv.append(String.format(Locale.ROOT, ",%.2f", value));
                }
                csv.append('\n');
            }
        }
        Path directory = Path.of("..").resolve(System.getProperty("fleet.charts"));
        Files.createDirectories(directory);
        Files.writeString(directory.resolve("fleet-shares.csv"), csv);
        Files.writeString(directory.resolve("fleet-shares.svg"), svg(scenarios));
        assertThat(directory.resolve("fleet-shares.svg")).isNotEmptyFile();
    }

    private static Scenario step() {
        Simulation fleet = fleet(15);
        return record("The demand of one node grows from 15 to 300 calls per second at 10 s", fleet, 30, second -> {
            if (second == 10) {
                fleet.nodes.get(0).rateDemand = 300;
            }
        });
    }

    private static Scenario lossOfTheStore() {
        Simulation fleet = fleet(40);
        for (int i = 0; i < NODES; i++) {
            fleet.nodes.get(i).rateDemand = i < 20 ? 150 : 5;
        }
        return record("The store is away from 10 s to 40 s; one of 20 busy nodes", fleet, 60, second -> {
            fleet.storeAway = second >= 10 && second < 40;
        });
    }

    private static Scenario rollingRestart() {
        Simulation fleet = fleet(40);
        return record("Ten nodes a second are restarted from 10 s to 20 s", fleet, 30, second -> {
            for (int i = 0; second >= 10 && second < 20 && i < 10; i++) {
                fleet.stop(fleet.nodes.get(0));
                fleet.addNode().rateDemand = 40;
            }
        });
    }

    private static Simulation fleet(double rate) {
        Simulation fleet = new Simulation(1);
        fleet.addNodes(NODES);
        fleet.nodes.forEach(node -> node.rateDemand = rate);
        fleet.run(Duration.ofSeconds(15));
        return fleet;
    }

    private static Scenario record(String title, Simulation fleet, int seconds, IntConsumer event) {
        List<double[]> rows = new ArrayList<>();
        for (int second = 0; second < seconds; second++) {
            event.accept(second);
            long before = fleet.admitted();
            fleet.run(Duration.ofSeconds(1));
            double admitted = fleet.admitted() - before;
            rows.add(new double[] {
                second + 1,
                fleet.sum(node -> node.rateDemand),
                fleet.sum(SimulatedNode::rateInForce),
                admitted,
                fleet.nodes.get(0).rateInForce()
            });
        }
        return new Scenario(title, rows);
    }

    private static String svg(List<Scenario> scenarios) {
        int height = TOP + scenarios.size() * (PANEL + TOP);
        StringBuilder svg = new StringBuilder(String.format(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" "
                        + "font-size=\"12\"><rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>%n",
                WIDTH, height));
        for (int line = 0; line < LINES.length; line++) {
            svg.append(String.format(
                    "<text x=\"%d\" y=\"20\" fill=\"%s\">%s</text>%n", LEFT + line * 165, COLORS[line], LINES[line]));
        }
        for (int i = 0; i < scenarios.size(); i++) {
            panel(svg, scenarios.get(i), TOP + i * (PANEL + TOP));
        }
        return svg.append("</svg>\n").toString();
    }

    private static void panel(StringBuilder svg, Scenario scenario, int top) {
        double last = scenario.rows.get(scenario.rows.size() - 1)[0];
        double most = scenario.rows.stream()
                        .mapToDouble(row -> Math.max(row[1], row[2]))
                        .max()
                        .orElse(1)
                * 1.05;
        int bottom = top + 20 + PANEL - 20;
        svg.append(
                String.format("<text x=\"%d\" y=\"%d\" fill=\"#222222\">%s</text>%n", LEFT, top + 12, scenario.title));
        double limitAt = bottom - SimulatedNode.RATE / most * (PANEL - 20);
        svg.append(String.format(
                Locale.ROOT,
                "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#444444\" stroke-dasharray=\"4 4\"/>"
                        + "<text x=\"8\" y=\"%.1f\">%d/s</text>%n",
                LEFT,
                WIDTH - 10,
                limitAt,
                limitAt,
                limitAt + 4,
                SimulatedNode.RATE));
        for (int second = 0; second <= last; second += 5) {
            double x = LEFT + second / last * (WIDTH - LEFT - 10);
            svg.append(String.format(
                    Locale.ROOT,
                    "<text x=\"%.1f\" y=\"%d\" fill=\"#666666\" font-size=\"10\">%d s</text>%n",
                    x,
                    bottom + 14,
                    second));
        }
        for (int line = 0; line < LINES.length; line++) {
            StringBuilder points = new StringBuilder();
            for (double[] row : scenario.rows) {
                double x = LEFT + row[0] / last * (WIDTH - LEFT - 10);
                double y = bottom - row[line + 1] / most * (PANEL - 20);
                points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, y));
            }
            svg.append(String.format(
                    "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\" points=\"%s\"/>%n",
                    COLORS[line], points));
        }
    }
}

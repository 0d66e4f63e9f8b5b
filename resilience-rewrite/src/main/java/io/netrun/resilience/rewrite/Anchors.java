package io.netrun.resilience.rewrite;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openrewrite.Cursor;
import org.openrewrite.Tree;
import org.openrewrite.yaml.YamlIsoVisitor;
import org.openrewrite.yaml.tree.Yaml;

/** Anchors of YAML whose entries are moved away: the first alias that remains gets what the anchor had. */
final class Anchors {

    private Anchors() {}

    /** A mapping whose aliases have their anchors again, as far as these can be written there. */
    static Yaml.Mapping repaired(Yaml.Mapping before, Yaml.Mapping after) {
        Map<String, Yaml.Block> former = anchored(before);
        Set<String> missing = new LinkedHashSet<>(former.keySet());
        missing.removeAll(anchored(after).keySet());
        missing.retainAll(aliases(after));
        if (missing.isEmpty()) {
            return after;
        }
        Yaml changed = new Writing(former, missing).visit(after, 0);
        return changed instanceof Yaml.Mapping mapping ? mapping : after;
    }

    /** The aliases of a mapping without the settings that are moved that have no anchor then. */
    static Set<String> dangling(Yaml.Mapping before, Yaml.Mapping after) {
        Yaml.Mapping repaired = repaired(before, after);
        Set<String> dangling = aliases(repaired);
        dangling.removeAll(anchored(repaired).keySet());
        return dangling;
    }

    /** The blocks with an anchor, by its name. */
    static Map<String, Yaml.Block> anchored(Tree tree) {
        Map<String, Yaml.Block> anchored = new HashMap<>();
        new YamlIsoVisitor<Integer>() {
            @Override
            public Yaml.Mapping visitMapping(Yaml.Mapping mapping, Integer p) {
                add(mapping.getAnchor(), mapping);
                return super.visitMapping(mapping, p);
            }

            @Override
            public Yaml.Sequence visitSequence(Yaml.Sequence sequence, Integer p) {
                add(sequence.getAnchor(), sequence);
                return super.visitSequence(sequence, p);
            }

            @Override
            public Yaml.Scalar visitScalar(Yaml.Scalar scalar, Integer p) {
                add(scalar.getAnchor(), scalar);
                return super.visitScalar(scalar, p);
            }

            private void add(Yaml.@Nullable Anchor anchor, Yaml.Block block) {
                if (anchor != null) {
                    anchored.put(anchor.getKey(), block);
                }
            }
        }.visit(tree, 0);
        return anchored;
    }

    private static Set<String> aliases(Tree tree) {
        Set<String> aliases = new LinkedHashSet<>();
        new YamlIsoVisitor<Integer>() {
            @Override
            public @Nullable Yaml visit(@Nullable Tree visited, Integer p) {
                if (visited instanceof Yaml.Alias alias) {
                    aliases.add(alias.getAnchor().getKey());
                    return alias;
                }
                return super.visit(visited, p);
            }
        }.visit(tree, 0);
        return aliases;
    }

    /** Writes what anchors had where their first alias is. */
    private static final class Writing extends YamlIsoVisitor<Integer> {

        private final Map<String, Yaml.Block> former;

        private final Set<String> missing;

        Writing(Map<String, Yaml.Block> former, Set<String> missing) {
            this.former = former;
            this.missing = missing;
        }

        @Override
        public Yaml.Mapping.Entry visitMappingEntry(Yaml.Mapping.Entry entry, Integer p) {
            Yaml.Block block = content(entry.getValue(), column(entry));
            return super.visitMappingEntry(block == null ? entry : entry.withValue(block), p);
        }

        @Override
        public Yaml.Sequence.Entry visitSequenceEntry(Yaml.Sequence.Entry entry, Integer p) {
            Yaml.Block block = content(entry.getBlock(), -1);
            return super.visitSequenceEntry(block == null ? entry : entry.withBlock(block), p);
        }

        /** What an alias stands for, if it can be written in its position; null otherwise. */
        private Yaml.@Nullable Block content(Yaml.Block value, int column) {
            if (!(value instanceof Yaml.Alias alias)
                    || !missing.contains(alias.getAnchor().getKey())) {
                return null;
            }
            Yaml.Block block = former.get(alias.getAnchor().getKey());
            Yaml.Block placed = block == null ? null : placed(block, column);
            if (placed != null) {
                missing.removeAll(anchored(placed).keySet());
            }
            return placed;
        }

        private static Yaml.@Nullable Block placed(Yaml.Block block, int column) {
            List<String> prefixes = new ArrayList<>();
            boolean[] inline = {true};
            new YamlIsoVisitor<Integer>() {
                @Override
                public Yaml.Mapping.Entry visitMappingEntry(Yaml.Mapping.Entry entry, Integer p) {
                    prefixes.add(entry.getPrefix());
                    return super.visitMappingEntry(entry, p);
                }

                @Override
                public Yaml.Sequence.Entry visitSequenceEntry(Yaml.Sequence.Entry entry, Integer p) {
                    prefixes.add(entry.getPrefix());
                    return super.visitSequenceEntry(entry, p);
                }

                @Override
                public Yaml.Scalar visitScalar(Yaml.Scalar scalar, Integer p) {
                    inline[0] &= !scalar.getValue().contains("\n");
                    return scalar;
                }
            }.visit(block, 0);
            boolean lines = prefixes.stream().anyMatch(prefix -> prefix.contains("\n"));
            boolean flow = (block instanceof Yaml.Mapping mapping && mapping.getOpeningBracePrefix() != null)
                    || (block instanceof Yaml.Sequence sequence && sequence.getOpeningBracketPrefix() != null);
            if (!inline[0] || (flow && lines)) {
                return null;
            } else if (block instanceof Yaml.Scalar || flow) {
                return block;
            } else if (column < 0 || prefixes.isEmpty() || !prefixes.get(0).contains("\n")) {
                return null;
            }
            String first = prefixes.get(0);
            return shifted(block, column + 2 - (first.length() - first.lastIndexOf('\n') - 1));
        }

        private static Yaml.Block shifted(Yaml.Block block, int shift) {
            Yaml changed = new YamlIsoVisitor<Integer>() {
                @Override
                public Yaml.Mapping.Entry visitMappingEntry(Yaml.Mapping.Entry entry, Integer p) {
                    return super.visitMappingEntry(entry.withPrefix(shifted(entry.getPrefix(), shift)), p);
                }

                @Override
                public Yaml.Sequence.Entry visitSequenceEntry(Yaml.Sequence.Entry entry, Integer p) {
                    return super.visitSequenceEntry(entry.withPrefix(shifted(entry.getPrefix(), shift)), p);
                }
            }.visit(block, 0);
            return changed instanceof Yaml.Block moved ? moved : block;
        }

        private static String shifted(String prefix, int shift) {
            return shift < 0
                    ? prefix.replaceAll("\n {0," + -shift + "}", "\n")
                    : prefix.replaceAll("\n(?!\r?\n)", "\n" + " ".repeat(shift));
        }

        /** The column of an entry's key, if its value may be a block on lines of its own; -1 otherwise. */
        private int column(Yaml.Mapping.Entry entry) {
            boolean flow = getCursor()
                    .getPathAsStream()
                    .anyMatch(tree -> (tree instanceof Yaml.Mapping mapping && mapping.getOpeningBracePrefix() != null)
                            || (tree instanceof Yaml.Sequence sequence && sequence.getOpeningBracketPrefix() != null));
            Cursor parent = getCursor().getParentTreeCursor();
            String prefix = entry.getPrefix();
            boolean root = parent.getParentTreeCursor().isRoot();
            if (flow || (!prefix.contains("\n") && !root)) {
                return -1;
            }
            return prefix.length() - prefix.lastIndexOf('\n') - 1;
        }
    }
}

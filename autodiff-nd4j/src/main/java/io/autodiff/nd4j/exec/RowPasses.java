package io.autodiff.nd4j.exec;

import io.autodiff.nd4j.fused.LoopProgram.Extent;
import io.autodiff.op.ScalarExpression;
import io.autodiff.op.ScalarFunction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Whether some calls can be one kernel, and should. A call that reads a reduction is computed in a later pass over the row, in which
 * what else it needs is computed once more.
 */
final class RowPasses {
    /** More passes than any of the usual functions of rows has. */
    private static final int MOST_PASSES = 6;
    /** How much may be computed for one that is needed once. */
    private static final double MOST_REPETITION = 2.5;
    /** A row of no more positions is computed at once, and nothing of it again. */
    private static final long ONE_VECTOR = 8;
    /** With less rows than this, and more positions, threads do not share the work. */
    private static final long FEW_ROWS = 8;

    private static final long MANY_POSITIONS = 40_000;
    /** So many positions are computed at once. */
    private static final long LANES = 16;

    /** A call: what it gives, the pass in which it is known, and the others that it reads, by their numbers here. */
    private record Member(FusibleCall call, Extent place, Extent result, int pass, List<Integer> sources) {
        boolean reduces() {
            return place == Extent.POSITION && result != Extent.POSITION;
        }
    }

    private final LoopSpace space;
    private final List<Member> members = new ArrayList<>();
    /** For each step its number here. */
    private final Map<Integer, Integer> numbers = new HashMap<>();

    RowPasses(LoopSpace space) {
        this.space = space;
    }

    /**
     * Adds a call, after those that it reads.
     *
     * @param step its number
     * @param sources for each of its inputs the number of the step that fills it
     * @return whether it has a place here, and finds there what it reads
     */
    boolean add(int step, FusibleCall call, int[] sources) {
        Extent place = space.place(call);
        Extent result = space.result(call);
        if (place == null || result == null) {
            return false;
        }
        List<Integer> read = new ArrayList<>();
        int pass = 0;
        for (int i = 0; i < sources.length; i++) {
            Integer number = numbers.get(sources[i]);
            if (number != null) {
                Member source = members.get(number);
                if (!space.isInPlace(call, call.shape(i), source.result)) {
                    return false;
                }
                read.add(number);
                pass = Math.max(pass, source.pass);
            }
        }
        boolean reduces = place == Extent.POSITION && result != Extent.POSITION;
        numbers.put(step, members.size());
        members.add(new Member(call, place, result, reduces ? pass + 1 : pass, read));
        return true;
    }

    /** Whether the kernel takes no longer than several. */
    boolean areWorthIt() {
        int passes = members.stream().mapToInt(Member::pass).max().orElse(0);
        boolean onePass =
                members.stream().allMatch(member -> member.pass == (member.reduces() ? 1 : 0) && !member.call.isNorm());
        long length = space.rowLength();
        if (count(Extent.ROW) > 4 + count(Extent.POSITION) * Math.max(1, length / LANES)) {
            return false;
        }
        return onePass
                || (passes <= MOST_PASSES
                        && (space.rows() >= FEW_ROWS || space.shape().elements() <= MANY_POSITIONS)
                        && (length <= ONE_VECTOR || repetition(passes) <= MOST_REPETITION));
    }

    private long count(Extent place) {
        return members.stream()
                .filter(member -> member.place == place && member.call.computes())
                .count();
    }

    /** How much is computed in all passes, for one that is computed. */
    private double repetition(int passes) {
        double all = 0;
        for (int pass = 0; pass <= passes; pass++) {
            boolean[] needed = new boolean[members.size()];
            for (int i = needed.length - 1; i >= 0; i--) {
                Member member = members.get(i);
                boolean begins = member.reduces() ? member.pass == pass + 1 : member.pass == pass;
                if (member.place == Extent.POSITION && (begins || needed[i])) {
                    all += cost(member.call.meaning());
                    for (int source : member.sources) {
                        needed[source] = members.get(source).result == Extent.POSITION;
                    }
                }
            }
        }
        double once = members.stream()
                .filter(member -> member.place == Extent.POSITION)
                .mapToDouble(member -> cost(member.call.meaning()))
                .sum();
        return all / once;
    }

    /** Of functions that take long, about how much longer. */
    private static double cost(ScalarExpression meaning) {
        if (!(meaning instanceof ScalarExpression.Apply apply)) {
            return 1;
        }
        double cost = isLong(apply.function()) ? 10 : 1;
        for (ScalarExpression argument : apply.arguments()) {
            cost += argument instanceof ScalarExpression.Apply ? cost(argument) : 0;
        }
        return cost;
    }

    private static boolean isLong(ScalarFunction function) {
        return switch (function) {
            case ADD, SUB, MUL, DIV, NEG, ABS, SIGN, MAX, MIN, FLOOR, CEIL, ROUND, SQRT, SELECT, CAST -> false;
            case AND, OR, XOR, NOT, GT, GTE, LT, LTE, EQ, NEQ -> false;
            default -> true;
        };
    }
}

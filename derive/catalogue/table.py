"""All rows by topic, in the order of the notes; a row may apply the functions of the rows before it.

To add a topic: a module with its ROWS and one line of TOPICS.
"""

from __future__ import annotations

from derive.catalogue import (
    activations,
    attention,
    exponentials,
    gaussian,
    losses,
    networks,
    normalization,
    robust,
    smooth,
    surfaces,
)
from derive.catalogue.row import Row, Topic
from derive.language.words import Words

TOPICS: tuple[Topic, ...] = (
    Topic(Words("Activation functions", "激活函数"), (*activations.ROWS, *smooth.ROWS, *gaussian.ROWS)),
    Topic(Words("Softmax and its relatives", "Softmax 及相关函数"), exponentials.ROWS),
    Topic(Words("Loss functions", "损失函数"), (*losses.ROWS, *robust.ROWS)),
    Topic(Words("Linear models and perceptrons", "线性模型与感知机"), networks.ROWS),
    Topic(Words("Normalization and attention", "归一化与注意力"), (*normalization.ROWS, *attention.ROWS)),
    Topic(Words("Surfaces and descent", "曲面与梯度下降"), surfaces.ROWS),
)

ROWS: tuple[Row, ...] = tuple(row for topic in TOPICS for row in topic.rows)
